"""Codes and labels that a person writes in a configuration: languages, countries, stances, tags.

A wrong one would be silent: it fits nothing, and nobody notices.
"""

import difflib
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from straitwatch.config.scalars import wrong
from straitwatch.config.words import did_you_mean
from straitwatch.core.normalize import normalize_language

STANCES = ("independent", "state", "official", "party")

_SEPARATORS = re.compile("[、，；,;｡。]")
# ISO 639-1 without kr and tw: here they are countries taken for their languages.
_CODE_LIST = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy "
    "da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu "
    "hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko ks ku kv kw ky la lb lg "
    "li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or "
    "os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw "
    "ta te tg th ti tk tl tn to tr ts tt ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
_CODES = frozenset(_CODE_LIST.split())
_THREE_LETTERS = 3  # of ISO 639-3: all are taken
_MEANT = {
    "en": "english eng gb us 英文 英语 英語 английский англійська",
    "zh": "chinese mandarin chi zho cn 中文 汉语 漢語 китайский китайська",
    "zh-Hant": "traditional tw hk cht 繁體 繁體中文 正體中文",
    "zh-Hans": "simplified chs 简体 简体中文",
    "ru": "russian rus русский російська",
    "uk": "ukrainian ukr ua українська украинский",
    "ja": "japanese jpn jp 日本語 日文 日语",
    "ko": "korean kor kr 한국어 韓文",
    "de": "german ger deu deutsch",
    "fr": "french fre fra français",
    "es": "spanish spa español",
    "cs": "czech cze ces cz",
    "vi": "vietnamese vie vn",
    "pl": "polish pol",
    "lt": "lithuanian lit",
}
_BY_NAME = {name: code for code, names in _MEANT.items() for name in names.split()}
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
        raise wrong(f"{found[0]} separates nothing here: {text}", f"write [{parts}]")
    return text


def _language(value: Any) -> str:
    text = _one(value)
    tag = normalize_language(text)
    code = tag.partition("-")[0]
    if text.lower() not in _BY_NAME and (code in _CODES or len(code) == _THREE_LETTERS):
        return tag
    near = difflib.get_close_matches(text.lower(), _BY_NAME, n=1, cutoff=0.6)
    hint = f"did you mean `{_BY_NAME[near[0]]}`?" if near else "such as en, zh-Hant, ru, uk, ja, ko"
    raise wrong(f"unknown language: {text}", hint)


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
