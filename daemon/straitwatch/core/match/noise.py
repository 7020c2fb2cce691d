"""Proposes words of wrong matches that would take points away from a watch-list."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from straitwatch.core.model import Match, MatchText, Verdict

_WORD = re.compile(r"[^\W\d_]{4,}")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]{2,}")
_HAN_SIZES = (2, 3, 4)  # characters of a proposed word
_MIN_SHARED = 2  # wrong matches with the word: one alone proves nothing
_MAX_WORDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedMatch:
    """A stored entry on which a list fired, and the verdict of a person, if there is one."""

    text: MatchText
    match: Match
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseRule:
    """A proposed line of `noise`."""

    words: tuple[str, ...]
    points: int

    @property
    def when(self) -> str:
        """The query of the line."""
        joined = " OR ".join(self.words)
        return f"title:({joined})" if len(self.words) > 1 else f"title:{joined}"


def propose_noise(matches: Sequence[RatedMatch], threshold: int) -> NoiseRule | None:
    """Return a rule against the wrong matches of a list, or None if they share no word.

    A word is proposed if at least two wrong matches share it in their titles, no match that a
    person called relevant has it, and the unmarked matches with it are no more than the wrong ones.
    The points are just enough for all wrong matches with these words.
    """
    wrong = [rated for rated in matches if rated.verdict is Verdict.NOT_RELEVANT]
    right = _count(rated for rated in matches if rated.verdict is Verdict.RELEVANT)
    open_ = _count(rated for rated in matches if rated.verdict is None)
    words: list[str] = []
    left = list(wrong)
    while len(words) < _MAX_WORDS:
        shared = _count(left)
        fitting = [
            word
            for word, count in shared.items()
            if count >= _MIN_SHARED and not right[word] and open_[word] <= count
        ]
        if not fitting:
            break
        best = min(fitting, key=lambda word: (-shared[word], open_[word], -len(word), word))
        words.append(best)
        left = [rated for rated in left if best not in set(_words(rated))]
    if not words:
        return None
    hit = [rated for rated in wrong if not {*words}.isdisjoint(_words(rated))]
    return NoiseRule(
        words=tuple(words), points=max(rated.match.score for rated in hit) - threshold + 1
    )


def _count(matches: Sequence[RatedMatch] | Iterator[RatedMatch]) -> Counter[str]:
    return Counter(word for rated in matches for word in set(_words(rated)))


def _words(rated: RatedMatch) -> Iterator[str]:
    """Yield the words of a title, except those that the list searches for."""
    title = list(rated.text.title)
    for hit in rated.match.hits:
        if hit.field == "title":
            title[hit.start : hit.end] = " " * (hit.end - hit.start)
    rest = "".join(title)
    for found in _HAN.findall(rest):
        for size in _HAN_SIZES:
            yield from (found[at : at + size] for at in range(len(found) - size + 1))
    yield from (word.casefold() for word in _WORD.findall(_HAN.sub(" ", rest)))
