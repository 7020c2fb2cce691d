"""Expands a phrase of a watch-list to all normalized strings that match it.

Phrases are expanded once, when the lists are compiled, so texts need only a plain search.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import islice, product
from typing import NamedTuple

from straitwatch.core.match.cyrillic import CYRILLIC, MAX_FORMS, phrase_forms
from straitwatch.core.match.normalize import TextNormalizer
from straitwatch.core.query import Mode, Phrase, Word

_ACRONYM = re.compile(r"(?=.*[A-Z])[A-Z0-9][A-Z0-9.&/\u2010-\u2015-]*")
_MIN_ACRONYM, _MAX_ACRONYM = 2, 6  # letters and digits; longer words in capitals are for emphasis
_DOTTABLE = re.compile("[A-Z]{2,4}")
_DOTTED = re.compile(r"(?:[A-Z]\.){2,4}")
_DESIGNATION = re.compile(r"(?:^| )[^\W_]{0,5}[^\W\d_] ?\d{1,3}$")  # normalized
_ONLY_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af ]+")
_SIBILANT = re.compile("(?:s|x|z|ch|sh)$")
_IRREGULAR = {
    "arise": "arose arisen", "begin": "began begun", "bring": "brought", "build": "built",
    "buy": "bought", "fight": "fought", "fly": "flew flown", "forbid": "forbade forbidden",
    "give": "gave given", "hold": "held", "lead": "led", "make": "made", "meet": "met",
    "see": "saw seen", "seek": "sought", "sell": "sold", "send": "sent", "shoot": "shot",
    "strike": "struck", "take": "took taken", "teach": "taught", "withdraw": "withdrew withdrawn",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """A condition on the original text at `[start:end]` of the pattern."""

    start: int
    end: int
    text: str = ""  # the exact text; "" requires capitals


class Ending(IntEnum):
    """The characters that may follow a pattern in the same word."""

    NONE = 0
    ANY = 1
    LETTERS = 2  # any, but the first is not a digit: F-16* does not match F-160
    VARIANT = 3  # at least one capital, as in F-16V, Ту-95МС, Су-30СМ2


class Pattern(NamedTuple):
    """A normalized string to search for; a tuple, because there are tens of thousands of them."""

    text: str
    ending: Ending = Ending.NONE
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class _Shape:
    """A normalized form of one word."""

    text: str
    check: str | None = None  # None: any case; "": capitals; otherwise this exact text
    checked: int = 0  # characters of `text` that the check covers


def phrase_patterns(phrase: Phrase, normalizer: TextNormalizer) -> tuple[Pattern, ...]:
    """Return the patterns that match a phrase, without repeats."""
    inflects = [_inflects(word) for word in phrase.words]
    if any(inflects):
        texts = dict.fromkeys(_inflected(phrase.words, inflects, normalizer))
        patterns = [Pattern(text) for text in texts if text]
    else:
        joined = (_join(shapes, phrase) for shapes in _shaped(phrase, normalizer))
        patterns = list(dict.fromkeys(pattern for pattern in joined if pattern.text))
    closed = [(pattern, _closed(pattern)) for pattern in patterns]
    patterns += [pattern._replace(text=text) for pattern, text in closed if text]
    if phrase.words[-1].mode is not Mode.EXACT and patterns and patterns[0].text[-1].isdigit():
        patterns += [pattern._replace(ending=Ending.VARIANT) for pattern in _models(patterns)]
    return tuple(patterns)


def _closed(pattern: Pattern) -> str:
    """Return a phrase of Hangul or Han words without spaces, which are optional there."""
    text = pattern.text
    if " " not in text or pattern.checks or not _ONLY_CJK.fullmatch(text):
        return ""
    return text.replace(" ", "")


def _models(patterns: Iterable[Pattern]) -> Iterator[Pattern]:
    """Yield the designations (letters and a number), to which models add letters: F-16V."""
    for pattern in patterns:
        if pattern.ending is Ending.NONE and _DESIGNATION.search(pattern.text):
            yield pattern


def _inflected(
    words: tuple[Word, ...], inflects: list[bool], normalizer: TextNormalizer
) -> Iterator[str]:
    normalize = normalizer.normalize_term
    for forms in phrase_forms(tuple(word.text for word in words)):
        if len(forms) == 1:
            yield normalize(forms[0])
            continue
        parts = zip(words, inflects, forms, strict=True)
        yield " ".join(normalize(form if changes else word.text) for word, changes, form in parts)


def _shaped(phrase: Phrase, normalizer: TextNormalizer) -> Iterator[tuple[_Shape, ...]]:
    words = phrase.words
    last = len(words) - 1
    choices = [
        _shapes(word, normalizer, is_last=number == last) for number, word in enumerate(words)
    ]
    yield from islice(product(*choices), MAX_FORMS)


def _inflects(word: Word) -> bool:
    if (
        word.text.isascii()
        or word.mode is Mode.EXACT
        or word.is_prefix
        or not CYRILLIC.search(word.text)
    ):
        return False
    if any(map(str.isdigit, word.text)):
        return False
    is_acronym = word.text.isupper() and 1 < len(word.text) <= _MAX_ACRONYM
    return word.mode is Mode.FORMS or not is_acronym


def _shapes(word: Word, normalizer: TextNormalizer, *, is_last: bool) -> list[_Shape]:
    normalized = normalizer.normalize_term(word.text)
    if word.mode is Mode.EXACT:
        return [_Shape(normalized, word.text, len(normalized))]
    if is_acronym(word.text):
        return _acronym_shapes(word.text, normalized, is_last=is_last and not word.is_prefix)
    shapes = _apostrophes(normalized)
    if word.is_prefix:
        return [_Shape(shape) for shape in shapes]
    if word.mode is Mode.FORMS:
        shapes += _english_forms(normalized)
    if is_last:
        shapes += [plural for shape in shapes for plural in _plurals(shape)]
    return [_Shape(shape) for shape in dict.fromkeys(shapes)]


def is_acronym(text: str) -> bool:
    """Return True if a word is an acronym or a designation, such as US, PLA or F-16."""
    if not _ACRONYM.fullmatch(text):
        return False
    return _MIN_ACRONYM <= sum(map(str.isalnum, text)) <= _MAX_ACRONYM


def _acronym_shapes(text: str, normalized: str, *, is_last: bool) -> list[_Shape]:
    shapes = [_Shape(normalized, "", len(normalized))]
    if _DOTTABLE.fullmatch(text):
        dotted = ".".join(normalized) + "."
        shapes.append(_Shape(dotted, "", len(dotted)))
    if _DOTTED.fullmatch(text):
        bare = normalized.replace(".", "")
        shapes.append(_Shape(bare, "", len(bare)))
    if is_last and normalized[-1].isalnum() and normalized[-1] != "s":
        shapes.append(_Shape(normalized + "s", "", len(normalized)))
    return shapes


def _apostrophes(normalized: str) -> list[str]:
    """Return the spellings of a possessive: People's, Peoples' and Peoples."""
    if "'" not in normalized:
        return [normalized]
    shapes = [normalized, normalized.replace("'", "")]
    if normalized.endswith("'s"):
        shapes.append(normalized[:-2] + "s'")
    return shapes


def _plurals(word: str) -> list[str]:
    """Return the plurals; possessives are not needed, because an apostrophe ends a word."""
    if re.search(r"[a-z].*[0-9]$", word):
        return [word + "s"]  # as for acronyms: Su-35s
    if not re.search("[a-z]{3}$", word) or word.endswith(("'s", "ss's")):
        return []
    if _SIBILANT.search(word):
        return [word + "es"]
    if re.search("[^aeiou]y$", word):
        return [word[:-1] + "ies"]
    if re.search("[a-z]{2}man$", word):
        return [word + "s", word[:-3] + "men"]
    return [word + "s"]


def _english_forms(word: str) -> list[str]:
    """Return the verb forms of an English word marked with `~`."""
    if not re.search("[a-z]{2}$", word):
        return []
    stem = word.removesuffix("e")
    past = _IRREGULAR.get(word, "").split()
    forms = [*past, stem + "ing", stem + "ed"]
    if re.search("[^aeiou]y$", word):
        forms.append(word[:-1] + "ied")
    if re.search("[^aeiou][aeiou][bdglmnprt]$", word):
        forms += [word + word[-1] + "ing", word + word[-1] + "ed"]
    return forms


def _join(shapes: tuple[_Shape, ...], phrase: Phrase) -> Pattern:
    checks: list[Check] = []
    text = ""
    for shape in shapes:
        start = len(text) + 1 if text else 0
        text = f"{text} {shape.text}" if text else shape.text
        if shape.check is not None:
            checks.append(Check(start, start + shape.checked, shape.check))
    ending = Ending.NONE
    if phrase.words[-1].is_prefix:
        ending = Ending.LETTERS if _DESIGNATION.search(text) else Ending.ANY
    return Pattern(text, ending, tuple(checks))
