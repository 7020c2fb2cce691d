"""Filters texts by language, feed and country; an unknown property passes the filter."""

import re
from collections.abc import Iterable

from straitwatch.core.model import MatchText, WatchList

_NO_LANGUAGE = frozenset({"und", "mul", "mis", "zxx", "unknown", "xx"})
_TAG = re.compile("[a-z]{2,3}(?:-|$)")
# In this order: Japanese and Korean texts have Han characters too.
_WRITTEN = (
    ("ja", re.compile("[\u3041-\u3096\u30a1-\u30fa]")),
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
)
_SCRIPTS = {"zh-tw": "zh-hant", "zh-hk": "zh-hant", "zh-mo": "zh-hant"} | {
    "zh-cn": "zh-hans",
    "zh-sg": "zh-hans",
}


def find_exclusion(config: WatchList, text: MatchText) -> str:
    """Return the reason why a list excludes this text; "" if it does not."""
    if config.languages and not is_in(config.languages, text.language):
        return f"language {text.language} is not among {', '.join(config.languages)}"
    if config.countries and text.country and text.country not in config.countries:
        return f"country {text.country} is not among {', '.join(config.countries)}"
    sources = config.sources
    if text.source and sources.include and text.source not in sources.include:
        return f"feed {text.source} is not included"
    if text.source and text.source in sources.exclude:
        return f"feed {text.source} is excluded"
    if text.source and sources.tags and not set(sources.tags) & set(text.tags):
        return f"the feed has none of the tags {', '.join(sources.tags)}"
    if sources.stances and text.stance and text.stance not in sources.stances:
        return f"stance {text.stance} is not among {', '.join(sources.stances)}"
    return ""


def language_of(text: MatchText) -> str:
    """Return the declared language of a text, or else the one that its script shows."""
    if _is_declared(_language(text.language)):
        return text.language
    written = f"{text.title} {text.summary}"
    return next((tag for tag, script in _WRITTEN if script.search(written)), "")


def _is_declared(language: str) -> bool:
    code = language.partition("-")[0]
    return _TAG.match(language) is not None and code not in _NO_LANGUAGE


def is_in(languages: Iterable[str], language: str) -> bool:
    """Return True if a language is one of these, or if it is unknown."""
    spoken = _language(language)
    if not _is_declared(spoken):
        return True
    return any(_is_same_language(_language(tag), spoken) for tag in languages)


def _language(tag: str) -> str:
    lowered = tag.strip().lower().replace("_", "-")
    return _SCRIPTS.get(lowered, lowered)


def _is_same_language(wanted: str, spoken: str) -> bool:
    return wanted == spoken or spoken.startswith(f"{wanted}-") or wanted.startswith(f"{spoken}-")
