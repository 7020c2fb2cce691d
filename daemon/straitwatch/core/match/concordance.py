"""How a term is used: what stands around it, where it comes from, what it only looks like.

Substrings find 一中 in 第一中學, acronyms find other bodies. What stands beside most hits, and
which of them no list matched, shows that at a glance.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from straitwatch.core.model import Hit, Verdict

_UNSPACED = re.compile(
    "[\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_MUCH = 0.2  # of the hits: a context so common is worth a look
_FEW = 5  # hits in one context below which nothing is suggested
_WANTED = 0.1  # of those hits may stand in matched entries, for the context to be no use


@dataclass(frozen=True, slots=True)
class Line:
    """A hit with what stands to its left and right, cut at a number of characters."""

    left: str
    hit: str
    right: str
    feed: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A longer term that most unwanted hits stand in."""

    inside: str
    count: int
    matched: int


@dataclass(slots=True)
class Concordance:
    """Collects the hits of a term, entry by entry."""

    width: int = 40  # characters of context on each side
    lines_kept: int = 20
    entries: int = 0
    matched: int = 0  # of the entries: some list fired
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
        """Take in an entry: its fields by name, and where the term stands in them."""
        self.entries += 1
        self.matched += is_matched
        self.feeds[feed] += 1
        self.verdicts.update(verdicts)
        for hit in hits:
            self.hits += 1
            self.fields[hit.field] += 1
            self.terms[hit.term] += 1
            self._look_around(texts[hit.field], hit, is_matched=is_matched)
            if len(self.lines) < self.lines_kept:
                self.lines.append(cut_line(texts[hit.field], hit, feed=feed, width=self.width))

    def suggestions(self) -> list[Suggestion]:
        """Give the longer terms that belong into `not_inside`, the commonest and shortest first."""
        found: list[Suggestion] = []
        by_use = sorted(self._inside.items(), key=lambda it: (-it[1], len(it[0]), it[0]))
        for inside, count in by_use:
            if count < max(_FEW, _MUCH * self.hits):
                break
            matched = self._inside_matched[inside]
            if matched > _WANTED * count or any(other.inside in inside for other in found):
                continue
            found.append(Suggestion(inside, count, matched))
        return found

    def _look_around(self, text: str, hit: Hit, *, is_matched: bool) -> None:
        left, right = neighbours(text, hit.start, hit.end)
        if left:
            self.left[left] += 1
        if right:
            self.right[right] += 1
        for inside in _longer_terms(text, hit, left, right):
            self._inside[inside] += 1
            self._inside_matched[inside] += is_matched


def neighbours(text: str, start: int, end: int) -> tuple[str, str]:
    """Give the word before and the word after a span; where no spaces are written, a character."""
    before, after = text[max(0, start - 60) : start], text[end : end + 60]
    return _last(before), _first(after)


def _last(text: str) -> str:
    if not text:
        return ""
    if _UNSPACED.match(text[-1]):
        return text[-1]
    words = _WORD.findall(text)
    return words[-1] if words and not _UNSPACED.search(words[-1]) else ""


def _first(text: str) -> str:
    if not text:
        return ""
    if _UNSPACED.match(text[0]):
        return text[0]
    word = _WORD.search(text)
    return word[0] if word and not _UNSPACED.search(word[0]) else ""


def _longer_terms(text: str, hit: Hit, left: str, right: str) -> set[str]:
    """Give what the hit may only be a part of: with its neighbours, one side or both."""
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


def cut_line(text: str, hit: Hit, *, feed: str, width: int) -> Line:
    """Show a hit on one line with so many characters on each side."""
    left = text[max(0, hit.start - width) : hit.start]
    right = text[hit.end : hit.end + width]
    return Line(_flat(left), _flat(hit.text), _flat(right), feed)


def _flat(text: str) -> str:
    return re.sub(r"\s", " ", text)
