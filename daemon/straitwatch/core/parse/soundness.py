"""Recognizes documents that need no repair, which are most, in a tenth of the time of a repair."""

import re
from xml.parsers import expat

_ENTRY_START = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
_PERSON_START = re.compile(
    r"<((?:[\w.-]{1,40}:)?(?:author|creator|managingeditor|webmaster|publisher|owner))(?=[\s/>])",
    re.IGNORECASE,
)
_MAX_PERSON = 500  # characters of an author element that feedparser reads quickly


def is_sound(text: str, *, max_entries: int) -> bool:
    """Return True if `repair` would change nothing that a strict parser notices.

    Args:
        text: the document from its root element on.
        max_entries: the number of entries that are read.

    """
    if not is_well_formed(text) or text.count("<![CDATA[") != text.count("]]>"):
        return False  # a CDATA section with another one in it was not closed
    if sum(1 for _ in _ENTRY_START.finditer(text)) > max_entries:
        return False
    return not any(map(_is_long, _PERSON_START.finditer(text)))


def is_well_formed(text: str | bytes) -> bool:
    """Return True if a document is well-formed and declares its prefixes."""
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, UnicodeError):
        return False
    return True


def _is_long(person: re.Match[str]) -> bool:
    """Return True if an author element may have more text than feedparser reads quickly."""
    end = person.string.find(f"</{person[1]}", person.end())
    return not 0 <= end - person.end() <= _MAX_PERSON
