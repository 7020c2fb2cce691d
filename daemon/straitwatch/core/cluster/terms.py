"""Finds the open stories of one watch-list that share weighted terms with a report.

Terms are weighted by their rarity among the latest reports that matched the list. With weights from
general news, all reports of a topical list look similar: on a one-topic stream, 41 % of the events
were lost in other stories. A report keeps the weights of its arrival, so a comparison needs one
pass over its own terms.
"""

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from math import log, sqrt
from operator import itemgetter

RARITY_POWER = 1.5
ASSUMED_REPORTS = 100  # makes all terms about equally rare for the first reports of a new list

_MAX_POSTINGS = 2000  # of a report's rarest terms; its common terms add no candidates
_MAX_CANDIDATES = 16
_MAX_MEMBERS = 24  # the latest reports of a story, which are compared one by one
_MAX_STORY_TERMS = 160
_EVIDENCE = 5

Weights = dict[str, float]


@dataclass(frozen=True, slots=True)
class Member:
    """The cleaned title of a report, and its terms weighted to unit length."""

    title: str
    terms: tuple[str, ...]
    weights: array  # type: ignore[type-arg]

    @classmethod
    def of(cls, title: str, weights: Weights) -> "Member":
        return cls(title, tuple(weights), array("f", weights.values()))

    def cosine(self, query: Weights) -> float:
        """Return the cosine with a report, both being of unit length."""
        # No check of the lengths: they are equal by construction, and this is the innermost loop.
        pairs = zip(self.terms, self.weights)  # noqa: B905
        return float(sum([query[term] * weight for term, weight in pairs if term in query]))


@dataclass(frozen=True, slots=True)
class Likeness:
    """The similarity of a report to a story: to its nearest report, and to all of them."""

    nearest: float = 0.0
    centroid: float = 0.0
    closest: Sequence[tuple[float, str]] = ()  # cosine and title of the nearest reports

    def blend(self, nearest_share: float) -> float:
        """Return the weighted mean of both similarities."""
        return nearest_share * self.nearest + (1 - nearest_share) * self.centroid


NO_LIKENESS = Likeness()


@dataclass(slots=True)
class _Story:
    number: int
    members: list[Member] = field(default_factory=list)
    # The sum of the members, and its square. Most stories have a single report and need no sum.
    total: Weights | None = None
    square: float = 1.0

    @property
    def terms(self) -> Iterable[str]:
        return self.members[0].terms if self.total is None else self.total

    def cosine(self, query: Weights) -> float:
        if self.total is None:
            return self.members[0].cosine(query)
        total = self.total
        dot = sum([weight * total[term] for term, weight in query.items() if term in total])
        return dot / sqrt(self.square)

    def shared(self, query: Weights) -> tuple[str, ...]:
        """Return the shared terms that contribute most, the heaviest first."""
        member = self.members[0]
        total = self.total or dict(zip(member.terms, member.weights, strict=True))
        found = nlargest(_EVIDENCE, ((w * total[t], t) for t, w in query.items() if t in total))
        return tuple(term for _, term in found)

    def add(self, member: Member) -> list[str]:
        """Add a report; return the terms that are new to the story."""
        self.members.append(member)
        if len(self.members) == 1 and self.total is None:
            return list(member.terms)
        if self.total is None:
            self.total = dict(zip(self.members[0].terms, self.members[0].weights, strict=True))
            self.square = sum([w * w for w in self.total.values()])
        del self.members[:-_MAX_MEMBERS]
        return self._add_weights(member, self.total)

    def _add_weights(self, member: Member, total: Weights) -> list[str]:
        fresh = []
        for term, weight in zip(member.terms, member.weights, strict=True):
            before = total.get(term)
            if before is None:
                if len(total) >= _MAX_STORY_TERMS:
                    continue
                fresh.append(term)
                before = 0.0
            total[term] = before + weight
            self.square += (2 * before + weight) * weight
        return fresh


class TermIndex:
    """An inverted index of open stories by their terms."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        """`shares` are assumed shares of reports by term, until enough reports are counted."""
        self._stories: dict[int, _Story] = {}
        self._numbers: dict[str, int] = {}  # of open stories by id
        self._ids: dict[int, str] = {}
        self._postings: dict[str, array[int]] = {}  # story numbers, ascending
        self._rarity = _Rarity(shares)
        self._next = 0

    def weigh(self, member: Member) -> Weights:
        """Return the report's terms weighted by rarity, of unit length."""
        return self._rarity.weigh(member)

    def count(self, terms: Iterable[str], *, by: int = 1) -> None:
        """Add the terms of a report to the counts (`by` 1), or remove them (-1)."""
        self._rarity.count(terms, by=by)

    def add(self, story_id: str, member: Member) -> None:
        """Add a report to an open story."""
        if not member.terms:
            return
        story = self._story(story_id)
        weights = array("f", self._rarity.weigh(member).values())
        for term in story.add(Member(member.title, member.terms, weights)):
            self._post(term, story.number)

    def close(self, story_id: str) -> None:
        """Remove a story."""
        number = self._numbers.pop(story_id, None)
        if number is None:
            return
        del self._ids[number]
        for term in self._stories.pop(number).terms:
            postings = self._postings[term]
            del postings[bisect_left(postings, number)]
            if not postings:
                del self._postings[term]

    def reached(self, query: Weights) -> list[str]:
        """Return the ids of the open stories that share most of the query's weight."""
        reached: dict[int, float] = {}
        budget = _MAX_POSTINGS
        for term, weight in sorted(query.items(), key=itemgetter(1), reverse=True):
            postings = self._postings.get(term, ())
            if len(postings) > budget:
                continue
            budget -= len(postings)
            square = weight * weight
            for number in postings:
                reached[number] = reached.get(number, 0.0) + square
        if len(reached) <= _MAX_CANDIDATES:
            return [self._ids[number] for number in reached]
        found = nlargest(_MAX_CANDIDATES, zip(reached.values(), reached, strict=True))
        return [self._ids[number] for _, number in found]

    def likeness(self, story_id: str, query: Weights, *, closest: int = 0) -> Likeness:
        """Return the similarity of a report to a story, with titles of its closest reports."""
        number = self._numbers.get(story_id)
        if number is None:
            return NO_LIKENESS
        story = self._stories[number]
        near = sorted(((m.cosine(query), i) for i, m in enumerate(story.members)), reverse=True)
        return Likeness(
            nearest=near[0][0],
            centroid=story.cosine(query),
            closest=[(cosine, story.members[i].title) for cosine, i in near[:closest]],
        )

    def shared(self, story_id: str, query: Weights) -> tuple[str, ...]:
        """Return the terms that a report and a story share, the heaviest first."""
        number = self._numbers.get(story_id)
        return () if number is None else self._stories[number].shared(query)

    def _story(self, story_id: str) -> _Story:
        number = self._numbers.get(story_id)
        if number is not None:
            return self._stories[number]
        story = _Story(self._next)
        self._stories[story.number] = story
        self._numbers[story_id] = story.number
        self._ids[story.number] = story_id
        self._next += 1
        return story

    def _post(self, term: str, number: int) -> None:
        postings = self._postings.get(term)
        if postings is None:
            self._postings[term] = array("I", (number,))
        elif number > postings[-1]:
            postings.append(number)
        else:
            insort(postings, number)


class _Rarity:
    """Weights terms by their rarity in the latest reports."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        self._shares = shares
        self._counts: dict[str, int] = {}
        self._reports = 0

    def weigh(self, member: Member) -> Weights:
        """Return the report's terms weighted by rarity, of unit length."""
        counts, shares = self._counts, self._shares
        missing = max(ASSUMED_REPORTS - self._reports, 0)
        most = log(self._reports + missing + 1) + 0.3
        query = {
            term: weight
            * (most - log(counts.get(term, 0) + missing * shares.get(term, 0) + 1)) ** RARITY_POWER
            for term, weight in zip(member.terms, member.weights, strict=True)
        }
        length = sqrt(sum([weight * weight for weight in query.values()])) or 1.0
        return {term: weight / length for term, weight in query.items()}

    def count(self, terms: Iterable[str], by: int) -> None:
        """Add the terms of a report to the counts (`by` 1), or remove them (-1)."""
        self._reports += by
        for term in terms:
            if count := self._counts.get(term, 0) + by:
                self._counts[term] = count
            else:
                del self._counts[term]
