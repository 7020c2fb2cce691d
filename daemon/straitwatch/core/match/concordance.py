"""Collects the contexts of a term, the feeds that use it, and longer terms that contain it.

A term may hit by mistake: 第一中學 contains 一中, and an acronym may mean another body. The most
frequent neighbors of a term, and hits in entries that no list matched, reveal such mistakes.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from straitwatch.core.match.document import HAN_KANA
from straitwatch.core.model import Hit, Verdict

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_MIN_SHARE = 0.2  # of all hits in one context, for a suggestion
_MIN_HITS = 5  # in one context, for a suggestion
_MAX_MATCHED_SHARE = 0.1  # of a context's hits in matched entries; with more, the context is useful


@dataclass(frozen=True, slots=True)
class Line:
    """A hit with its context on both sides."""

    left: str
    hit: str
    right: str
    feed: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A longer term that contains most of the unwanted hits."""

    inside: str
    count: int
    matched: int


@dataclass(slots=True)
class Concordance:
    """Collects the hits of a term, entry by entry."""

    width: int = 40  # characters of context on each side
    lines_kept: int = 20
    entries: int = 0
    matched: int = 0  # entries on which a list fired
    hits: int = 0
    masked: Counter[str] = field(default_factory=Counter)  # by the longer term
    fields: Counter[str] = field(default_factory=Counter)
    terms: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    feeds: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)
    _inside: Counter[str] = field(default_factory=Counter)
    _inside_matched: Counter[str] = field(default_factory=Counter)

    def add(
        self,
        texts: dict[str, str],
        hits: Sequence[Hit],
        *,
        feed: str,
        is_matched: bool,
        verdicts: Sequence[Verdict] = (),
    ) -> None:
        """Add an entry, with its texts by field and the hits of the term in them."""
        self.entries += 1
        self.matched += is_matched
        self.feeds[feed] += 1
        self.verdicts.update(verdicts)
        for hit in hits:
            self.hits += 1
            self.fields[hit.field] += 1
            self.terms[hit.term] += 1
            self._count_neighbors(texts[hit.field], hit, is_matched=is_matched)
            if len(self.lines) < self.lines_kept:
                self.lines.append(make_line(texts[hit.field], hit, feed=feed, width=self.width))

    def suggestions(self) -> list[Suggestion]:
        """Return longer terms for `not_inside`, the most frequent first, then the shortest."""
        found: list[Suggestion] = []
        counts = sorted(self._inside.items(), key=lambda item: (-item[1], len(item[0]), item[0]))
        for inside, count in counts:
            if count < max(_MIN_HITS, _MIN_SHARE * self.hits):
                break
            matched = self._inside_matched[inside]
            if matched > _MAX_MATCHED_SHARE * count or any(
                other.inside in inside for other in found
            ):
                continue
            found.append(Suggestion(inside, count, matched))
        return found

    def _count_neighbors(self, text: str, hit: Hit, *, is_matched: bool) -> None:
        left, right = neighbors(text, hit.start, hit.end)
        if left:
            self.left[left] += 1
        if right:
            self.right[right] += 1
        for inside in _longer_terms(text, hit, left, right):
            self._inside[inside] += 1
            self._inside_matched[inside] += is_matched


def neighbors(text: str, start: int, end: int) -> tuple[str, str]:
    """Return the words before and after a span; in scripts without spaces, the characters."""
    before, after = text[max(0, start - 60) : start], text[end : end + 60]
    return _last(before), _first(after)


def _last(text: str) -> str:
    if not text:
        return ""
    if HAN_KANA.match(text[-1]):
        return text[-1]
    words = _WORD.findall(text)
    return words[-1] if words and not HAN_KANA.search(words[-1]) else ""


def _first(text: str) -> str:
    if not text:
        return ""
    if HAN_KANA.match(text[0]):
        return text[0]
    word = _WORD.search(text)
    return word[0] if word and not HAN_KANA.search(word[0]) else ""


def _longer_terms(text: str, hit: Hit, left: str, right: str) -> set[str]:
    """Return the hit joined with its neighbors, on one side or both."""
    before = left and text[: hit.start].endswith(left)
    after = right and text[hit.end :].startswith(right)
    terms = set()
    if left:
        terms.add(f"{left}{hit.text}" if before else f"{left} {hit.text}")
    if right:
        terms.add(f"{hit.text}{right}" if after else f"{hit.text} {right}")
    if before and after:
        terms.add(f"{left}{hit.text}{right}")
    return terms


def make_line(text: str, hit: Hit, *, feed: str, width: int) -> Line:
    """Show a hit on one line with up to `width` characters on each side."""
    left = text[max(0, hit.start - width) : hit.start]
    right = text[hit.end : hit.end + width]
    return Line(_flat(left), _flat(hit.text), _flat(right), feed)


def _flat(text: str) -> str:
    return re.sub(r"\s", " ", text)
