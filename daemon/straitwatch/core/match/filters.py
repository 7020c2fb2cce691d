"""Filter texts by language, feed and country. A list reads a text if the property is unknown."""

import re
from collections.abc import Iterable

from straitwatch.core.model import MatchText, WatchList

_NO_LANGUAGE = frozenset({"und", "mul", "mis", "zxx", "unknown", "xx"})
_SCRIPTS = {"zh-tw": "zh-hant", "zh-hk": "zh-hant", "zh-mo": "zh-hant"} | {
    "zh-cn": "zh-hans",
    "zh-sg": "zh-hans",
}


def find_exclusion(config: WatchList, text: MatchText) -> str:
    """Return the reason why a list does not read this text, or an empty string if it does."""
    if config.languages and not _speaks(config.languages, text.language):
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


def _speaks(wanted: Iterable[str], language: str) -> bool:
    spoken = _language(language)
    if not re.match("[a-z]{2,3}(?:-|$)", spoken) or spoken.split("-")[0] in _NO_LANGUAGE:
        return True
    return any(_is_same_language(_language(tag), spoken) for tag in wanted)


def _language(tag: str) -> str:
    lowered = tag.strip().lower().replace("_", "-")
    return _SCRIPTS.get(lowered, lowered)


def _is_same_language(wanted: str, spoken: str) -> bool:
    return wanted == spoken or spoken.startswith(f"{wanted}-") or wanted.startswith(f"{spoken}-")
