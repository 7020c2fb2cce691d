"""Normalizes texts for comparison, and maps offsets back to the original.

Normalization removes differences in case, Latin diacritics, Han forms (Traditional, Simplified,
Japanese, regional), full width, dashes, apostrophes and separators. Latin and Cyrillic look-alikes
inside a word or a designation become one script, and an emoji separates words. Almost every text is
normalized character by character, so an offset in the result is also the offset in the original.
Texts with combining marks, zero-width characters, ligatures or camel-case hashtags take a slower
path with an offset map.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from straitwatch.core import han

JOINT = "\x1f"  # between two fields; never part of a term
_SEPARATORS = frozenset("/·・‧•∙_#@&־")
_APOSTROPHES = frozenset("'’‘ʼʹ′＇`´ʻ‛")
_NO_DECOMPOSITION = {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ħ": "h"}
_ASCII = {ord(mark): " " for mark in "/_#@&-\t\n\r\x0b\x0c"} | {ord("`"): "'"}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789 .,:;!?'\"()%$+*=<>[]{}|~^\\" + JOINT)
_CYRILLIC = frozenset(map(chr, range(0x400, 0x530)))
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u3099\u309a\uff9e\uff9f\u1160-\u11ff"
    "\u200b-\u200f\u2060\ufe00-\ufe0f\u00ad\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    "\U000e0100-\U000e01ef"
)
_IS_MARK = re.compile(rf"[{_MARKS}]")
_EMOJI = re.compile("[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_CAMEL = re.compile(r"[#＃](?=\w*[^\W\d_]\w*)\w+")
_HUMP = re.compile(r"(?<=[a-zа-яіїєґ])(?=[A-ZА-ЯІЇЄҐ])|(?<=[A-Z])(?=[A-Z][a-z])")
_RUN = re.compile("  +")
_TOKEN = re.compile(r"[^\W\d_]+")
_TO_CYRILLIC = str.maketrans("acekmhopxtyib", "асекмнорхтуів")
_TO_LATIN = str.maketrans("асекмнорхтуіјѕв", "acekmhopxtyijsb")
_TO_LATIN_CAPITALS = str.maketrans("АВСЕНКМОРТХУІ", "ABCEHKMOPTXYI")
_LOOKALIKES_LATIN = frozenset("acekmhopxtyib")
_LOOKALIKES_CYRILLIC = frozenset("асекмнорхтуіјѕв")
# Writers mix the scripts of С-400 and C-400, or Ка-52 and Ka-52, because they look the same.
_DESIGNATION = re.compile(
    r"(?<![^\W\d_])[A-ZАВСЕНКМОРТХУІ][A-Za-zАВСЕНКМОРТХУІавсенкмортхуі]{0,2}[-\u2010-\u2015−]?\d+"
    r"[A-ZАВСЕНКМОРТХУІ]{0,2}(?![^\W\d_])"
)


class Segment(NamedTuple):
    """A stretch of normalized text and its place in the original."""

    at: int  # in the normalized text
    start: int  # in the original
    end: int  # in the original; 0: character by character


class NormalizedText:
    """A normalized text that maps its places to the original."""

    __slots__ = ("_at", "_lost", "_segments", "text")

    def __init__(self, text: str, segments: Sequence[Segment] = ()) -> None:
        self._segments = segments
        self._at: list[int] = []
        self._lost: list[int] = []
        self.text = self._collapse(text) if "  " in text else text

    def _collapse(self, text: str) -> str:
        runs = [found.span() for found in _RUN.finditer(text)]
        self._lost = [0, *accumulate(end - start - 1 for start, end in runs)]
        self._at = [start + 1 - lost for (start, _), lost in zip(runs, self._lost, strict=False)]
        return _RUN.sub(" ", text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the original of a span in the normalized text."""
        if self._at:
            start += self._lost[bisect_right(self._at, start)]
            end += self._lost[bisect_right(self._at, end - 1)]
        if not self._segments:
            return start, end
        first, last = self._segment(start), self._segment(end - 1)
        return (
            first.start if first.end else first.start + start - first.at,
            last.end or last.start + end - last.at,
        )

    def _segment(self, offset: int) -> Segment:
        return self._segments[bisect_right(self._segments, offset, key=_at) - 1]


def _at(segment: Segment) -> int:
    return segment.at


class TextNormalizer:
    """Normalizes texts, with a cache of characters."""

    def __init__(self) -> None:
        self._plain = set(_PLAIN)
        self._known: dict[str, str] = {}
        self._words: dict[str, str] = {}
        self._han = dict(zip(han.FROM, han.TO, strict=True))

    def normalize(self, text: str) -> NormalizedText:
        """Normalize a text of any script."""
        if "#" in text and any(_HUMP.search(tag[0]) for tag in _CAMEL.finditer(text)):
            return self._normalize_slowly(text)
        if text.isascii():
            return NormalizedText(text.lower().translate(_ASCII))
        normalized = self._normalize_regular(text)
        return self._normalize_slowly(text) if normalized is None else NormalizedText(normalized)

    def _normalize_regular(self, text: str) -> str | None:
        """Normalize character by character; None if a character does not map to exactly one."""
        normalized = text.lower()
        if len(normalized) != len(text):
            return None
        letters = set(normalized)
        for letter in letters - self._plain:
            replacement = self._known.get(letter)
            if replacement is None:
                replacement = self._learn(letter)
            if len(replacement) != 1:
                return None
            if replacement != letter:
                normalized = normalized.replace(letter, replacement)
        if letters.isdisjoint(_CYRILLIC):
            return normalized
        for found in _DESIGNATION.finditer(text):
            start, end = found.span()
            normalized = (
                normalized[:start] + normalized[start:end].translate(_TO_LATIN) + normalized[end:]
            )
        return _TOKEN.sub(_unmix, normalized)

    def normalize_term(self, text: str) -> str:
        """Normalize a word of a term, and strip separators around it."""
        known = self._words.get(text)
        if known is None:
            known = self._words[text] = self.normalize(text).text.strip()
        return known

    def _learn(self, letter: str) -> str:
        normalized = self._normalize_letter(letter)
        self._known[letter] = normalized
        if normalized == letter:
            self._plain.add(letter)
        return normalized

    def _normalize_letter(self, letter: str) -> str:
        if _IS_MARK.match(letter) or unicodedata.category(letter) == "Cf":
            return ""
        if letter in _APOSTROPHES:
            return "'"
        category = unicodedata.category(letter)
        if _EMOJI.match(letter):
            return " "
        if letter in _SEPARATORS or category in {"Pd", "Zs", "Zl", "Zp", "Cc"} or letter == "−":
            return letter if letter == JOINT else " "
        plain = unicodedata.normalize("NFKC", letter).casefold()
        if len(plain) > 1 and not (letter.isalpha() and plain.isalnum()):
            return letter  # such as an ellipsis or a trade mark sign
        return "".join(map(self._bare, plain))

    def _bare(self, letter: str) -> str:
        letter = _NO_DECOMPOSITION.get(letter, letter)
        parts = unicodedata.normalize("NFD", letter)
        if "a" <= parts[0] <= "z":
            return "".join(part for part in parts if not unicodedata.combining(part))
        if letter in "ёς":
            return "е" if letter == "ё" else "σ"
        return self._han.get(letter, letter)

    def _normalize_slowly(self, text: str) -> NormalizedText:
        """Normalize regular parts at once, and irregular characters one by one."""
        text = _DESIGNATION.sub(_with_latin_capitals, text)
        pieces: list[str] = []
        segments: list[Segment] = []
        done = length = 0
        for start, end in self._irregular_spans(text):
            even = self._normalize_part(text[done:start])
            odd = self._normalize_cluster(text[start:end]) if end > start else " "
            segments.append(Segment(length, done, 0))
            segments.append(Segment(length + len(even), start, max(end, start + 1)))
            pieces += (even, odd)
            length += len(even) + len(odd)
            done = end
        segments.append(Segment(length, done, 0))
        pieces.append(self._normalize_part(text[done:]))
        return NormalizedText(_TOKEN.sub(_unmix, "".join(pieces)), segments)

    def _normalize_part(self, text: str) -> str:
        if text.isascii():
            return text.lower().translate(_ASCII)
        return "".join(map(self._normalize_cluster, text))

    def _irregular_spans(self, text: str) -> list[tuple[int, int]]:
        """Return the spans of irregular characters, and the word breaks in hashtags."""
        odd = "".join(letter for letter in set(text) if len(self._normalize_cluster(letter)) != 1)
        places = [
            found.span()
            for found in re.finditer(
                f"(?s)[{re.escape(odd)}{_MARKS}][{_MARKS}]*|.[{_MARKS}]+", text
            )
        ]
        for tag in _CAMEL.finditer(text):
            humps = (tag.start() + hump.start() for hump in _HUMP.finditer(tag[0]))
            places += [(hump, hump) for hump in humps]
        return sorted(places)

    def _normalize_cluster(self, cluster: str) -> str:
        if len(cluster) > 1:
            cluster = unicodedata.normalize("NFKC", cluster)
        known = self._known
        return "".join(
            known[letter] if letter in known else self._learn(letter) for letter in cluster.lower()
        )


def _with_latin_capitals(designation: re.Match[str]) -> str:
    return designation[0].translate(_TO_LATIN).translate(_TO_LATIN_CAPITALS)


def _unmix(token: re.Match[str]) -> str:
    """Convert a word of mixed Cyrillic and Latin letters to one script, if look-alikes allow it."""
    word = token[0]
    latin = {letter for letter in word if "a" <= letter <= "z"}
    if not latin:
        return word
    cyrillic = _CYRILLIC.intersection(word)
    if not cyrillic:
        return word
    if latin <= _LOOKALIKES_LATIN:
        return word.translate(_TO_CYRILLIC)
    if cyrillic <= _LOOKALIKES_CYRILLIC:
        return word.translate(_TO_LATIN)
    return word
