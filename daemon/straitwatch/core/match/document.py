"""Represents a text for the matcher: its normalized form, its hits, and distances between them.

Each value is computed at most once per text, and only if a rule needs it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from straitwatch.core.match.filters import language_of
from straitwatch.core.match.normalize import JOINT, NormalizedText, TextNormalizer
from straitwatch.core.model import Hit, MatchText
from straitwatch.core.sentences import sentence_ends

FIELD_NAMES = ("title", "summary", "content")
HAN_KANA = re.compile("[\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_CAPITALS = 0.9  # with a larger share of capitals, the letter case of a field has no meaning
_SAMPLED = 2_000  # characters of a field in which capitals are counted
_SUMMARY = 0b010
_LEAD = 600  # characters of content that replace a missing summary: about two paragraphs
_SHORT = 8_000  # characters up to which counting spaces is faster than listing them


class Span(NamedTuple):
    """The place of a term in the normalized text."""

    start: int
    end: int
    term: int


class Document:
    """A text, its normalized form, and the hits of each term set."""

    def __init__(self, text: MatchText, normalizer: TextNormalizer) -> None:
        self.source = text
        self.raw = f" {text.title}{JOINT}{text.summary}{JOINT}{text.content} "
        if self.raw.count(JOINT) != len(FIELD_NAMES) - 1:
            title, summary, content = (
                part.replace(JOINT, " ") for part in (text.title, text.summary, text.content)
            )
            self.raw = f" {title}{JOINT}{summary}{JOINT}{content} "
        self.normalized: NormalizedText = normalizer.normalize(self.raw)
        self.text = self.normalized.text
        self.fields = (text.title, text.summary, text.content)
        summary_lead = len(text.title) + 2
        self.leads = (1, summary_lead, summary_lead + len(text.summary) + 1)  # in `raw`
        self.hits: dict[int, list[Span]] = {}
        self.foreign: dict[int, list[Span]] = {}  # hits of sets for other languages
        self.known_spans: dict[int, list[Span]] = {}  # by leaf
        self.known_sets: dict[int, list[Span]] = {}  # by set
        self.title_end = self.text.index(JOINT)
        self.summary_end = self.text.index(JOINT, self.title_end + 1)

    @cached_property
    def language(self) -> str:
        """The language of the text: a tag, or "" if it is unknown."""
        return language_of(self.source)

    def field_at(self, offset: int) -> int:
        """Return the number of the field at an offset in the normalized text."""
        if offset < self.title_end:
            return 0
        return 1 if offset < self.summary_end else 2

    def is_in(self, span: Span, fields: int) -> bool:
        """Return True if a span is in one of the fields (bits: title, summary, content).

        In a text without a summary, the first lines of the content count as one.
        """
        if fields >> self.field_at(span.start) & 1:
            return True
        return bool(fields & _SUMMARY) and self.summary_end <= span.start < self.lead_end

    @cached_property
    def lead_end(self) -> int:
        """The end of the part of the content that replaces a missing summary."""
        return self.summary_end + (0 if self.fields[1].strip() else _LEAD)

    # ------------------------------------------------------------ the original

    def original(self, start: int, end: int) -> str:
        """Return the original text of a span of the normalized text."""
        first, last = self.normalized.span(start, end)
        return self.raw[first:last]

    def has_capitals(self, start: int, end: int) -> bool:
        """Return True if the span, or its whole field, is in capitals."""
        return self.original(start, end).isupper() or self.fields_in_capitals[self.field_at(start)]

    def has_text(self, start: int, end: int, text: str) -> bool:
        """Return True if the original of the span is this text, or its field is in capitals."""
        return self.original(start, end) == text or self.fields_in_capitals[self.field_at(start)]

    @cached_property
    def fields_in_capitals(self) -> tuple[bool, ...]:
        """True for each field that is all in capitals, so that letter case has no meaning."""
        return tuple(map(_is_in_capitals, self.fields))

    # ------------------------------------------------------------ distances

    @cached_property
    def words_before(self) -> Callable[[int], float]:
        """A function that counts the words before an offset; two Han or Kana characters are one."""
        text = self.text
        if not text.isascii() and HAN_KANA.search(text):
            half_words = _half_words(text)
            return lambda offset: half_words[offset] / 2
        if len(text) <= _SHORT:
            return lambda offset: text.count(" ", 0, offset)
        spaces = [found.start() for found in re.finditer(" ", text)]
        return lambda offset: bisect_left(spaces, offset)

    def words_between(self, left: Span, right: Span) -> float:
        """Count the words between two spans, the left one first."""
        count = self.words_before(right.start) - self.words_before(left.end)
        return max(count if self._counts_halves else count - 1, 0)

    @cached_property
    def _counts_halves(self) -> bool:
        return not self.text.isascii() and HAN_KANA.search(self.text) is not None

    @cached_property
    def sentence_ends(self) -> list[int]:
        """The offsets in the original at which sentences end."""
        return sentence_ends(self.raw)

    def sentence_of(self, span: Span) -> int:
        """Return the number of the sentence that contains the beginning of a span."""
        return bisect_right(self.sentence_ends, self.normalized.span(span.start, span.end)[0])

    # ------------------------------------------------------------ back to the original

    def hit(self, span: Span, term: str) -> Hit:
        """Convert a span to a hit in the original: field, code points and text."""
        first, last = self.normalized.span(span.start, span.end)
        field = self.field_at(span.start)
        lead = self.leads[field]
        start, end = first - lead, last - lead
        return Hit(
            term=term,
            field=FIELD_NAMES[field],
            start=start,
            end=end,
            text=self.fields[field][start:end],
        )


def _is_in_capitals(text: str) -> bool:
    start = text[:_SAMPLED]
    capitals = sum(map(str.isupper, start))
    return capitals > _CAPITALS * (capitals + sum(map(str.islower, start)))


def _half_words(text: str) -> list[int]:
    steps = [0]
    in_word = False
    for letter in text:
        if HAN_KANA.match(letter):
            steps.append(1)
            in_word = False
        elif letter.isalnum():
            steps.append(0 if in_word else 2)
            in_word = True
        else:
            steps.append(0)
            in_word = in_word and letter in "'."
    return list(accumulate(steps))
