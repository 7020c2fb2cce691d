"""Checks the languages, countries, stances and tags of a configuration.

A wrong label would never match a feed or an entry, and no error would show it.
"""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from straitwatch.config.scalars import wrong
from straitwatch.config.suggestions import did_you_mean
from straitwatch.core.normalize import UnknownLanguageError, read_language

STANCES = ("independent", "state", "official", "party")

_SEPARATORS = re.compile("[、，；,;｡。]")
_COUNTRIES = {
    "uk": "GB", "england": "GB", "taiwan": "TW", "roc": "TW", "china": "CN", "prc": "CN",
    "russia": "RU", "japan": "JP", "ukraine": "UA", "usa": "US", "korea": "KR", "germany": "DE",
}  # fmt: skip


def _one(value: Any) -> str:
    """Refuse several labels in one text."""
    text = str(value).strip()
    found = _SEPARATORS.search(text)
    if found:
        parts = ", ".join(filter(None, map(str.strip, _SEPARATORS.split(text))))
        raise wrong(f"`{found[0]}` does not separate labels: {text}", f"write [{parts}]")
    return text


def _language(value: Any) -> str:
    text = _one(value)
    try:
        return read_language(text)
    except UnknownLanguageError as error:
        raise wrong(str(error), error.hint) from None


def _country(value: Any) -> str:
    text = _one(value)
    meant = _COUNTRIES.get(text.lower(), text.upper() if re.fullmatch("[a-z]{2}", text) else "")
    if re.fullmatch("[A-Z]{2}", text) and not meant:
        return text
    hint = f"did you mean `{meant}`?" if meant else "write two capitals, ISO 3166: TW, CN, RU"
    raise wrong(f"unknown country: {text}", hint)


def _stance(value: Any) -> str:
    text = _one(value)
    if text not in STANCES and (hint := did_you_mean(text, STANCES)):
        raise wrong(f"unknown stance: {text}", hint)
    if not re.fullmatch(r"[a-z][a-z-]*|", text):
        raise wrong(f"not a stance: {text}", f"small letters: {', '.join(STANCES)} ...")
    return text


Language = Annotated[
    str,
    BeforeValidator(_language),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$",
            "examples": ["zh-Hant"],
        }
    ),
]
Country = Annotated[
    str,
    BeforeValidator(_country),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{2}$", "examples": ["TW"]}),
]
Stance = Annotated[
    str,
    BeforeValidator(_stance),
    WithJsonSchema({"type": "string", "pattern": "^([a-z][a-z-]*)?$", "examples": list(STANCES)}),
]
Tag = Annotated[str, BeforeValidator(_one), WithJsonSchema({"type": "string"})]
