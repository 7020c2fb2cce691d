"""Make text comparable, one character for one, and remember where each character stood.

Case, diacritics on Latin letters, Traditional, Simplified and Japanese Han forms, full width,
dashes, apostrophes and separators are evened out. Almost every text folds character by character,
so that an offset in the folded text is an offset in the original; texts with combining marks,
zero-width characters, ligatures or camel-case hashtags take a slower road with an offset map.
"""

import re
import unicodedata
from array import array
from bisect import bisect_right
from itertools import accumulate

from straitwatch.core.match import han

JOINT = "\x1f"  # stands between two fields; cannot be part of a term
_SEPARATORS = frozenset("/·・‧•∙_#@&־")
_APOSTROPHES = frozenset("'’‘ʼʹ′＇`´ʻ‛")
_NO_DECOMPOSITION = {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ħ": "h"}
_ASCII = {ord(mark): " " for mark in "/_#@&-\t\n\r\x0b\x0c"} | {ord("`"): "'"}
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789 .,:;!?'\"()%$+*=<>[]{}|~^\\" + JOINT)
_CYRILLIC = frozenset(map(chr, range(0x400, 0x530)))
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u3099\u309a\uff9e\uff9f\u1160-\u11ff"
    "\u200b-\u200f\u2060\ufe00-\ufe0f\u00ad"
)
_CLUSTER = re.compile(rf"(?s).[{_MARKS}]*")
_IS_MARK = re.compile(rf"[{_MARKS}]")
_CAMEL = re.compile(r"[#＃](?=\w*[^\W\d_]\w*)\w+")
_HUMP = re.compile(r"(?<=[a-zа-яіїєґ])(?=[A-ZА-ЯІЇЄҐ])|(?<=[A-Z])(?=[A-Z][a-z])")
_RUN = re.compile("  +")
_TOKEN = re.compile(r"[^\W\d_]+")
_TO_CYRILLIC = str.maketrans("acekmhopxtyib", "асекмнорхтуів")
_TO_LATIN = str.maketrans("асекмнорхтуіјѕв", "acekmhopxtyijsb")
_LOOKALIKES_LATIN = frozenset("acekmhopxtyib")
_LOOKALIKES_CYRILLIC = frozenset("асекмнорхтуіјѕв")


class Folded:
    """A folded text that knows where its characters came from."""

    __slots__ = ("_at", "_ends", "_lost", "_starts", "text")

    def __init__(self, text: str, starts: "array[int] | None", ends: "array[int] | None") -> None:
        self._starts, self._ends = starts, ends
        self._at: list[int] = []
        self._lost: list[int] = []
        self.text = self._collapse(text) if "  " in text else text

    def _collapse(self, text: str) -> str:
        runs = [found.span() for found in _RUN.finditer(text)]
        self._lost = [0, *accumulate(end - start - 1 for start, end in runs)]
        self._at = [start + 1 - lost for (start, _), lost in zip(runs, self._lost, strict=False)]
        return _RUN.sub(" ", text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Give the place in the original of a place in the folded text."""
        if self._at:
            start += self._lost[bisect_right(self._at, start)]
            end += self._lost[bisect_right(self._at, end - 1)]
        if self._starts is None or self._ends is None:
            return start, end
        return self._starts[start], self._ends[end - 1]


class Folder:
    """Folds texts; learns each character when it first sees it."""

    def __init__(self) -> None:
        self._plain = set(_PLAIN)
        self._known: dict[str, str] = {}
        self._words: dict[str, str] = {}
        self._han = dict(zip(han.FROM, han.TO, strict=True))

    def fold(self, text: str) -> Folded:
        """Fold a text of any script."""
        if "#" in text and any(_HUMP.search(tag[0]) for tag in _CAMEL.finditer(text)):
            return self._fold_slowly(text)
        if text.isascii():
            return Folded(text.lower().translate(_ASCII), None, None)
        folded = text.lower()
        if len(folded) != len(text):
            return self._fold_slowly(text)
        letters = set(folded)
        for letter in letters - self._plain:
            replacement = self._known.get(letter)
            if replacement is None:
                replacement = self._learn(letter)
            if len(replacement) != 1:
                return self._fold_slowly(text)
            if replacement != letter:
                folded = folded.replace(letter, replacement)
        if not letters.isdisjoint(_CYRILLIC):
            folded = _TOKEN.sub(_unmix, folded)
        return Folded(folded, None, None)

    def fold_term(self, text: str) -> str:
        """Fold a word of a term; separators around it are dropped."""
        known = self._words.get(text)
        if known is None:
            known = self._words[text] = self.fold(text).text.strip()
        return known

    def _learn(self, letter: str) -> str:
        folded = self._fold_letter(letter)
        self._known[letter] = folded
        if folded == letter:
            self._plain.add(letter)
        return folded

    def _fold_letter(self, letter: str) -> str:
        if _IS_MARK.match(letter) or unicodedata.category(letter) == "Cf":
            return ""
        if letter in _APOSTROPHES:
            return "'"
        category = unicodedata.category(letter)
        if letter in _SEPARATORS or category in {"Pd", "Zs", "Zl", "Zp", "Cc"} or letter == "−":
            return letter if letter == JOINT else " "
        plain = unicodedata.normalize("NFKC", letter).casefold()
        if len(plain) > 1 and not (letter.isalpha() and plain.isalnum()):
            return letter  # an ellipsis or a trade mark sign: no letters to compare
        return "".join(map(self._bare, plain))

    def _bare(self, letter: str) -> str:
        letter = _NO_DECOMPOSITION.get(letter, letter)
        parts = unicodedata.normalize("NFD", letter)
        if "a" <= parts[0] <= "z":
            return "".join(part for part in parts if not unicodedata.combining(part))
        if letter in "ёς":
            return "е" if letter == "ё" else "σ"
        return self._han.get(letter, letter)

    def _fold_slowly(self, text: str) -> Folded:
        humps = {
            tag.start() + hump.start()
            for tag in _CAMEL.finditer(text)
            for hump in _HUMP.finditer(tag[0])
        }
        pieces: list[str] = []
        starts, ends = array("L"), array("L")
        for cluster in _CLUSTER.finditer(text):
            start, end = cluster.span()
            folded = self._fold_cluster(cluster[0])
            if start in humps:
                folded = " " + folded
            pieces.append(folded)
            starts.extend([start] * len(folded))
            ends.extend([end] * len(folded))
        return Folded(_TOKEN.sub(_unmix, "".join(pieces)), starts, ends)

    def _fold_cluster(self, cluster: str) -> str:
        if len(cluster) > 1:
            cluster = unicodedata.normalize("NFKC", cluster)
        known = self._known
        return "".join(
            known[letter] if letter in known else self._learn(letter) for letter in cluster.lower()
        )


def _unmix(token: re.Match[str]) -> str:
    """Read a word of Cyrillic and Latin letters as the one script that its look-alikes allow."""
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
