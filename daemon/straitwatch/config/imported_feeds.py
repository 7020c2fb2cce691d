"""Reads the feeds of an OPML file or a list of addresses, and reports the lines it cannot use."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from straitwatch.config.addresses import address_problem, correct_address

_OUTLINE = re.compile(r"<(?:[\w.-]+:)?outline\b([^<]*)", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FEED_TYPES = frozenset({"rss", "atom", "feed", "rdf"})
_LIST_LINE = re.compile(
    r"""(\S+)((?:\s+(?:"[^"]*"|'[^']*'))*)"""
)  # Newsboat: address "tag" "~Name"
_LIST_NAME = re.compile(r"""["']~([^"']*)["']""")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedFeed:
    """A feed of an imported file.

    Attributes:
        line: counted from 1.
        written: the address as the file has it; "" = none.
        address: the corrected address.
        name: "" = the file gives none.
        problem: a message and a hint, if the feed cannot be used.
    """

    line: int
    written: str = ""
    address: str = ""
    name: str = ""
    problem: tuple[str, str] | None = None


def read_imported_feeds(text: str) -> Iterator[ImportedFeed]:
    """Read an OPML file, even a damaged one, or a list with one address a line."""
    if text.lstrip().startswith("<"):
        return _outlines(text)
    return _lines(text)


def _outlines(text: str) -> Iterator[ImportedFeed]:
    text = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    for outline in _OUTLINE.finditer(text):
        line = text.count("\n", 0, outline.start()) + 1
        found = _ATTRIBUTE.findall(outline[1])
        values = {key.lower(): unescape(double or single) for key, double, single in found}
        address = values.get("xmlurl", "")
        if address:
            name = values.get("title") or values.get("text") or ""
            yield _feed(line, address, " ".join(name.split()))
        elif "xmlurl" in outline[1].lower() or values.get("type", "").lower() in _FEED_TYPES:
            problem = ("a feed without an address", 'write it as xmlUrl="https://host/path"')
            yield ImportedFeed(line=line, name=values.get("text", ""), problem=problem)


def _lines(text: str) -> Iterator[ImportedFeed]:
    for line, written in enumerate(text.splitlines(), 1):
        entry = written.strip()
        if not entry or entry.startswith("#"):
            continue
        found = _LIST_LINE.fullmatch(entry)
        name = _LIST_NAME.search(found[2]) if found else None
        address = found[1] if found and found[2] else written
        yield _feed(line, address, name[1] if name else "")


def _feed(line: int, written: str, name: str) -> ImportedFeed:
    address = correct_address(written)
    return ImportedFeed(
        line=line, written=written, address=address, name=name, problem=address_problem(address)
    )
