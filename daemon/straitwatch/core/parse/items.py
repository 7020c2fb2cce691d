"""Finds the items of a sound document, so that known ones can be left out before it is parsed.

Any doubt about their places means that none are found. For example, items with other elements
between them, or of several names.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

DIGEST_BYTES = 8
_MIN_ITEMS = 4  # a shorter document is read whole: skipping saves little, and its titles are needed
_HIDDEN = r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"  # a sound document closes each
_ATTRIBUTES = r"""(?:[^<>"']|"[^"]*"|'[^']*')*+"""
_ITEM_TAG = re.compile(
    rf"{_HIDDEN}|<(/?)((?:[\w.-]{{1,40}}:)?(?:item|entry))(?=[\s/>])({_ATTRIBUTES})>",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(rf"{_HIDDEN}|<(/?)([^\s/>!?]+)({_ATTRIBUTES})>", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """The items of a document, which follow each other without another element in between."""

    text: str  # the document
    spans: tuple[tuple[int, int], ...] = ()  # of the items in it; none if there is any doubt
    digests: tuple[bytes, ...] = ()  # of the items; equal ones have the same bytes
    skipped: frozenset[bytes] = frozenset()  # the digests of items that need not be read

    @property
    def rest(self) -> str:
        """The document without the items that need not be read."""
        if not self.skipped:
            return self.text
        new = [
            self.text[start:end]
            for (start, end), digest in zip(self.spans, self.digests, strict=True)
            if digest not in self.skipped
        ]
        (start, _), (_, end) = self.spans[0], self.spans[-1]
        return "".join((self.text[:start], *new, self.text[end:]))

    def scope(self, language: str) -> bytes:
        """Return a hash of the context of the items: the elements around them.

        Args:
            language: of the document, which may decide between the links of an entry.

        """
        head = self.text[: self.spans[0][0]] if self.spans else ""
        return _digest("".join((*_open_tags(head), language)))


def find_items(text: str, known: Collection[bytes] = ()) -> Items:
    """Find the items of a sound document that begins with its root element."""
    spans = _find_spans(text)
    digests = tuple(_digest(text[start:end]) for start, end in spans)
    skipped = frozenset(digests) & frozenset(known) if len(spans) >= _MIN_ITEMS else frozenset()
    return Items(text=text, spans=spans, digests=digests, skipped=skipped)


def _find_spans(text: str) -> tuple[tuple[int, int], ...]:
    spans: list[tuple[int, int]] = []
    names: set[str] = set()
    depth = start = 0
    for tag in _ITEM_TAG.finditer(text):
        if not tag[2]:
            continue
        if not depth:
            names.add(tag[2])
            start = tag.start()
        is_end, is_whole = bool(tag[1]), tag[3].endswith("/")
        depth += -1 if is_end else not is_whole
        if not depth:
            spans.append((start, tag.end()))
    gaps = (text[end:start] for (_, end), (start, _) in pairwise(spans))
    has_doubt = len(names) > 1 or any("<" in gap and "<" in _COMMENT.sub("", gap) for gap in gaps)
    return () if has_doubt else tuple(spans)


def _open_tags(head: str) -> list[str]:
    """Return the start tags of the elements that are open at the end of a text."""
    tags: list[str] = []
    for tag in _TAG.finditer(head):
        if tag[1]:
            tags.pop()
        elif tag[2] and not tag[3].endswith("/"):
            tags.append(tag[0])
    return tags


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=DIGEST_BYTES).digest()
