"""Keeps different texts with similar headlines apart.

Similarity scores rank the next instalment of a series above true copies, so similarity alone never
decides. A conflict of numbers, dates, opposites or instalment marks prevents a fold.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product
from math import sqrt

from straitwatch.core.cluster.acts import acts_of, contrary, denies, follows
from straitwatch.core.cluster.text import WORD, grams, has_cjk, term_set, title_words
from straitwatch.core.cluster.words import (
    AMBIGUOUS,
    COUNTED,
    DATES,
    DAYS,
    HAN_COUNTERS,
    HAN_DIGITS,
    HAN_LABELS,
    HAN_OPPOSITES,
    HAN_PARTS,
    HAN_WEEKDAYS,
    MONEY_SIGN,
    NUMBERS,
    OPPOSITES,
    SERIES,
    TOLL,
    UNITS,
    WEEKDAY_SIGNS,
)

JACCARD = 0.50  # of character n-grams; suppression precision .92-.99 on three news streams
CONTAINMENT = 0.80  # of the shorter title in the longer one
REWORDED_JACCARD, REWORDED_TERMS = (
    0.35,
    0.60,
)  # a lower share of n-grams is sufficient if most words are shared
_MIN_CONTAINED_GRAMS = 16  # many titles contain a short one such as "Taiwan news"
_TAIL_JACCARD = 0.40  # less similar headlines after the same label are different ones


class Conflict(StrEnum):
    """Reasons why two similar titles are not the same text."""

    NONE = ""
    INSTALMENT = "instalment"  # another date, part or number of a series: another event
    NUMBER = "number"  # other figures: another text, perhaps about the same event
    OPPOSITE = "opposite"  # rises and falls, approves and rejects
    TEMPLATE = "template"  # "The Latest: this" and "The Latest: that"


@dataclass(frozen=True, slots=True)
class Likeness:
    """The similarity of two titles, and the conflict that outweighs it."""

    score: float
    is_close: bool = False  # copies by their wording alone
    conflict: Conflict = Conflict.NONE

    @property
    def is_copy(self) -> bool:
        """True if they belong to the same text, edited or syndicated."""
        return self.is_close and self.conflict is Conflict.NONE


def compare_titles(a: str, b: str) -> Likeness:
    """Compare two cleaned titles."""
    if a == b:
        return Likeness(1.0, is_close=True) if a else Likeness(0.0)
    similarity, containment = overlap(a, b)
    score = max(similarity, containment if containment >= CONTAINMENT else 0.0)
    is_close = score >= JACCARD or (
        similarity >= REWORDED_JACCARD and shared_terms(a, b) >= REWORDED_TERMS
    )
    if not is_close:
        return Likeness(score)
    return Likeness(score, is_close=True, conflict=find_conflict(a, b))


def shared_terms(a: str, b: str) -> float:
    """Return the cosine of two titles' sets of terms."""
    first, second = term_set(a), term_set(b)
    return len(first & second) / sqrt(len(first) * len(second) or 1)


def overlap(a: str, b: str) -> tuple[float, float]:
    """Return Jaccard similarity and containment of the texts' character n-grams."""
    first, second = grams(a), grams(b)
    shared = len(first & second)
    similarity = shared / ((len(first) + len(second) - shared) or 1)
    shorter = min(len(first), len(second))
    enough = _MIN_CONTAINED_GRAMS // 2 if has_cjk(a) else _MIN_CONTAINED_GRAMS
    return similarity, shared / shorter if shorter >= enough else 0.0


# ---------------------------------------------------------------- numbers and dates

_FIGURE = re.compile(
    r"(?<![^\W\u3040-\u9fff\uac00-\ud7a3])(?<!\.)(?P<mark>#|no\.?\s?|nr\.?\s?|№\s?)?(?P<value>\d+(?:[.,]\d{3})*(?:[.,]\d+)?)(?P<rest>[^\W\d_]*)"
)
_HAN_FIGURE = re.compile(
    rf"(?P<mark>第)?(?P<value>[零一二两兩三四五六七八九十百]+)"
    rf"(?P<unit>[{''.join(sorted(HAN_LABELS | HAN_COUNTERS))}])"
)
_CJK_AFTER = re.compile(r"^[号號日月年次届屆期级級轮輪集章回天周週季版部场場弹彈波批일월차호회기]")

_HAN_PART = re.compile(HAN_PARTS)
_HALF = re.compile(r"\bhalf (?:a |an )?(?=[mb]illion|trillion|dozen|hundred|thousand)")
_TOLL = re.compile(TOLL)
_FIRST_HAN = "\u3400"
_NEAR = 40  # characters between a figure and the word beside it
_END_OF_COUNTED = re.compile(r"[\d,:;()，。、；]|\band\b|\bи\b|\bта\b")
_COUNTED_WITHIN, _COUNTED_BEFORE = 32, 14  # characters
_YEARS = frozenset(map(str, range(1900, 2101)))


@dataclass(frozen=True, slots=True)
class _Figures:
    plain: frozenset[str]
    labels: frozenset[str]  # dates, and numbers that count instalments


def quantities(title: str) -> frozenset[str]:
    """Return the figures in a cleaned title, except dates and numbers of instalments."""
    return _figures(title).plain


def figures_and_dates(text: str) -> frozenset[str]:
    """Return the figures in a normalized text, in digits or words, and its dates."""
    figures = _figures(text)
    return figures.plain | figures.labels


@lru_cache(maxsize=256)  # a new title is compared with a few dozen
def _figures(title: str) -> _Figures:
    found = list(_read_figures(_HALF.sub("0.5 ", title)))
    return _Figures(
        plain=frozenset(figure.value for figure in found if not figure.is_label),
        labels=frozenset(
            (
                *(figure.value for figure in found if figure.is_label),
                *_date_words(title),
                *_HAN_PART.findall(title),
            )
        ),
    )


def counted_figures(text: str) -> Iterator[tuple[str, str]]:
    """Yield the figures of a text and the things that they count: ("missile", "120"), ("", "5")."""
    text = _HALF.sub("0.5 ", text)
    for figure in _read_figures(text):
        if not figure.is_label:
            yield _counted(text[: figure.start], text[figure.end :]), figure.value


def dates_of(title: str) -> frozenset[str]:
    """Return the days and months in a cleaned title: "day:23", "month:7", "weekday:0"."""
    dates = {
        f"{name.rstrip('0123456789')}:{name.lstrip('monthweday')}" for name in _date_words(title)
    }
    for pattern in DAYS:
        for found in pattern.finditer(title):
            dates.update(f"{part}:{int(day)}" for part, day in found.groupdict().items() if day)
    for found in HAN_WEEKDAYS.finditer(title):
        day = next(filter(None, found.groups()))
        dates.add(f"weekday:{WEEKDAY_SIGNS[day]}")
    return frozenset(dates)


@dataclass(frozen=True, slots=True)
class _Figure:
    value: str
    is_label: bool  # a date, or the number of an instalment
    start: int
    end: int


def _read_figures(title: str) -> Iterator[_Figure]:
    yield from _number_words(title)
    for found in _FIGURE.finditer(title):
        yield _digits(found, title)
    for found in _HAN_FIGURE.finditer(title):
        is_label = found["mark"] is not None or found["unit"] in HAN_LABELS
        value = f"{_han_value(found['value']):g}"
        yield _Figure(value, is_label, found.start(), found.end("value"))


def _number_words(title: str) -> Iterator[_Figure]:
    places = list(WORD.finditer(title))
    words = [place[0] for place in places]
    for i, word in enumerate(words):
        if word not in NUMBERS or _date_word(word, _beside(words, i)) is not None:
            continue
        is_label = _is_series(_beside(words, i))
        if is_label or word not in AMBIGUOUS:
            yield _Figure(NUMBERS[word], is_label, places[i].start(), places[i].end())


def _date_words(title: str) -> Iterator[str]:
    words = title_words(title)
    for i, word in enumerate(words):
        if (date := _date_word(word, _beside(words, i))) is not None:
            yield date


def _beside(words: list[str], i: int) -> list[str]:
    return words[max(0, i - 1) : i] + words[i + 1 : i + 2]


def _date_word(word: str, near: list[str]) -> str | None:
    name = DATES.get(word)
    if name is None or (word in AMBIGUOUS and not any(w[0].isdigit() for w in near)):
        return None
    return name


def _is_series(near: list[str]) -> bool:
    return any(word in SERIES for word in near)


def _digits(found: "re.Match[str]", title: str) -> _Figure:
    rest = found["rest"]
    value = _value(found["value"])
    before = title_words(title[max(0, found.start() - _NEAR) : found.start()])[-1:]
    after = title_words(title[found.end() :][:_NEAR])[:1]
    unit = rest or (after[0] if after else "")
    unit = unit[:1] if unit[:1] >= _FIRST_HAN else unit  # 18億美元
    if unit in UNITS:
        return _Figure(f"{value * UNITS[unit]:g}", False, found.start(), found.end("value"))
    is_label = (
        found["mark"] is not None
        or _is_series(before + after)
        or any(w in DATES for w in before + after)
        or _CJK_AFTER.match(rest + "".join(after)) is not None
        or _is_year(found["value"])
        or "/" in (title[found.start() - 1 : found.start()], title[found.end() : found.end() + 1])
    )
    return _Figure(f"{value:g}", is_label, found.start(), found.end("value"))


def _counted(before: str, after: str) -> str:
    """Return the kind of thing that a figure counts, from the words or the sign beside it."""
    if MONEY_SIGN.search(before):
        return "money"
    behind = _END_OF_COUNTED.split(after, maxsplit=1)[0][:_COUNTED_WITHIN]
    found = COUNTED.search(behind)
    if found is None:
        ahead = _END_OF_COUNTED.split(before)[-1][-_COUNTED_BEFORE:]
        found = next(reversed(list(COUNTED.finditer(ahead))), None)
    return found.lastgroup or "" if found else ""


def _value(text: str) -> float:
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        return float(text.replace(",", ""))
    parts = text.replace(",", ".").split(".")
    return float("".join(parts[:-1]) + "." + parts[-1]) if len(parts) > 1 else float(text)


def _han_value(text: str) -> int:
    total, current = 0, 0
    for char in text:
        if char == "十":
            total, current = total + (current or 1) * 10, 0
        elif char == "百":
            total, current = total + (current or 1) * 100, 0
        else:
            current = HAN_DIGITS[char]
    return total + current


# ---------------------------------------------------------------- conflicts

_LABEL_END = re.compile(r"\s*[:：|｜]\s*|\s+[-–—]\s+")
_MODEL = re.compile(
    r"(?<![a-zа-я0-9])(?:[a-zа-я]{1,6}\d+|[a-zа-я]{1,4}-\d+)[a-zа-я]{0,2}(?![a-zа-я0-9])"
)  # S4, Su-35, J-20
_FIGURE_CONTINUES = re.compile(r"[.,]?\d")
_DATED = re.compile(r"^(?:month|weekday)\d")


def find_conflict(a: str, b: str) -> Conflict:
    """Return the reason why two similar, cleaned titles are not the same text."""
    first, second = _figures(a), _figures(b)
    labels = first.labels, second.labels
    if _each_has_own(*labels) or _instalments_differ(*labels):
        return Conflict.INSTALMENT
    if is_cut_short(a, b):
        return Conflict.OPPOSITE if _acts_conflict(a, b) else Conflict.NONE
    if _each_has_own(_models(a), _models(b)):
        return Conflict.NUMBER
    all_first, all_second = first.plain | first.labels, second.plain | second.labels
    if _each_has_own(all_first, all_second):
        return (
            Conflict.NUMBER
            if _TOLL.search(a) or not _differ_only_in_figures(a, b)
            else Conflict.INSTALMENT
        )
    if _is_opposite(a, b) or _acts_conflict(a, b):
        return Conflict.OPPOSITE
    return Conflict.TEMPLATE if _is_same_label(a, b) else Conflict.NONE


def is_cut_short(a: str, b: str) -> bool:
    """Return True if one title is the beginning of the other, cut by a feed: "worth $1.9 ..."."""
    shorter, longer = sorted((a, b), key=len)
    is_within_figure = shorter[-1:].isdigit() and _FIGURE_CONTINUES.match(longer, len(shorter))
    return longer.startswith(shorter) and not is_within_figure


def _instalments_differ(a: frozenset[str], b: frozenset[str]) -> bool:
    """Return True if both titles number their instalment, differently.

    For example, "round 2" and "round 2, part 1" differ. A year is not the number of an instalment.
    """
    if any(_DATED.match(label) for label in a | b):
        return False
    return bool(a) and bool(b) and any(not _is_year(label) for label in a ^ b)


def _is_year(label: str) -> bool:
    return label in _YEARS


def _models(title: str) -> frozenset[str]:
    return frozenset(_MODEL.findall(title))


def _is_same_label(a: str, b: str) -> bool:
    """Return True if only a label at the beginning or end is the same."""
    first, second = _LABEL_END.split(a, maxsplit=1), _LABEL_END.split(b, maxsplit=1)
    if len(first) == 1 or len(second) == 1:
        return False
    for kept in (0, 1):
        if first[kept] == second[kept]:
            rests = first[1 - kept], second[1 - kept]
            if max(rests, key=len).endswith(min(rests, key=len)):
                return False  # "Report: ..." before a label of the same headline
            similarity, containment = overlap(*rests)
            return similarity < _TAIL_JACCARD and containment < CONTAINMENT
    return False


def _each_has_own(a: frozenset[str], b: frozenset[str]) -> bool:
    """Return True if each side has a value that the other lacks; an edit only adds a value."""
    return bool(a - b) and bool(b - a)


def _differ_only_in_figures(a: str, b: str) -> bool:
    return _skeleton(a) == _skeleton(b)


def _skeleton(title: str) -> list[str]:
    return [word for word in title_words(_FIGURE.sub(" ", title)) if word not in NUMBERS]


def _acts_conflict(a: str, b: str) -> bool:
    """Return True if the titles contradict each other, or one is the next step of the other."""
    first, second = ({act.label for act in acts_of(title)} for title in (a, b))
    if ("correct" in first) != ("correct" in second) or _answers(a, b) or _answers(b, a):
        return True
    return any(
        denies(x, y) or contrary(x, y) or follows(x, y)
        for x, y in product(first - second, second - first)
    )


def _answers(a: str, b: str) -> bool:
    """Return True if title `a` rejects a demand in title `b`."""
    demands = {act.label for act in acts_of(b)} - {name for act in acts_of(b) for name in act.about}
    return any(
        name in demands and contrary(act.label, name) for act in acts_of(a) for name in act.about
    )


def _is_opposite(a: str, b: str) -> bool:
    first, second = set(title_words(a)), set(title_words(b))
    only_first, only_second = first - second, second - first
    return any(
        (only_first & left and only_second & right) or (only_first & right and only_second & left)
        for left, right in OPPOSITES
    ) or any(
        (x in a and y in b and x not in b and y not in a)
        or (y in a and x in b and y not in b and x not in a)
        for x, y in HAN_OPPOSITES
    )
