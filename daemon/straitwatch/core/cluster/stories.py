"""The stories of one watch-list and what they talk about: part of the cluster stage.

Terms are weighted by how rare they are among the reports that matched this list in the last week.
Weights taken from general news would find every report of a topical list alike: measured on a
one-topic stream, they swallowed 41 % of the events.
"""

from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nlargest
from math import exp, log, sqrt
from operator import itemgetter

from straitwatch.core.cluster.text import has_cjk
from straitwatch.core.model import Fold, Relation

STORY_AGE = timedelta(hours=72)  # after its first report a story takes in no more
DECAY_HOURS = 30.0
NEAREST_SHARE = 0.3  # of the score; the rest is the whole story's
RARITY_POWER = 1.5
ASSUMED_REPORTS = 100  # so that the first reports of a new list find all terms about equally rare

_MAX_POSTINGS = 2000  # of a report's rarest terms; common ones lead to no candidates
_MAX_CANDIDATES = 16
_MAX_COMPARED = 8  # stories of which single reports are compared
_MAX_MEMBERS = 24  # the reports of a story that are compared one by one: the latest
_MAX_STORY_TERMS = 160
_CLOSEST = 3
_MIN_CLOSE = 0.2  # cosine below which two titles are not worth a closer look
_EVIDENCE = 5
_PRIOR_SCORE, _PRIOR_REPORTS = 0.3, 200
_SCALE = 10_000  # scores are summed as integers, so that the sum does not depend on the order


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldProfile:
    """How readily reports are taken for one event: threshold = base + slope * usual best score."""

    name: str
    base: float
    slope: float = 0.0


@dataclass(frozen=True, slots=True)
class Member:
    """A report as it is compared."""

    title: str  # cleaned
    terms: tuple[str, ...]
    weights: array  # type: ignore[type-arg]
    is_cjk: bool

    @classmethod
    def of(cls, title: str, weights: dict[str, float]) -> "Member":
        """Make a member of a cleaned title and its terms."""
        return cls(title, tuple(weights), array("f", weights.values()), has_cjk(title))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A story that a report may belong to."""

    story_id: str
    score: float
    closest: Sequence[Member]
    shared: tuple[str, ...]


@dataclass(slots=True)
class _Story:
    id: str
    number: int
    first_seen_at: datetime
    last_seen_at: datetime
    terms: dict[str, float] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)  # a deque would take 600 bytes empty


class ListStories:
    """The open stories of one watch-list, found by the terms they share with a report."""

    def __init__(self) -> None:
        self._stories: dict[int, _Story] = {}
        self._by_age: deque[_Story] = deque()
        self._numbers: dict[str, int] = {}  # of open stories by id
        self._postings: dict[str, list[int]] = {}
        self._rarity = _Rarity()
        self._recent: deque[tuple[datetime, tuple[str, ...], int]] = deque()
        self._next = 0
        self._score_sum = 0
        self._score_count = 0

    def threshold(self, profile: FoldProfile) -> float:
        """Return the score from which on a report belongs to a story, for this list today."""
        if not profile.slope:
            return profile.base
        total = self._score_sum / _SCALE + _PRIOR_SCORE * _PRIOR_REPORTS
        return profile.base + profile.slope * total / (self._score_count + _PRIOR_REPORTS)

    def add(self, fold: Fold, member: Member, seen_at: datetime) -> None:
        """Take in a report of the story that `fold` names."""
        story = self._open(fold.story_id, seen_at)
        story.last_seen_at = max(story.last_seen_at, seen_at)
        story.members.append(member)
        del story.members[:-_MAX_MEMBERS]
        for term, weight in zip(member.terms, member.weights, strict=True):
            if term in story.terms:
                story.terms[term] += weight
            elif len(story.terms) < _MAX_STORY_TERMS:
                story.terms[term] = weight
                self._postings.setdefault(term, []).append(story.number)
        self._rarity.take_in(member.terms, by=1)
        is_scored = fold.relation is not Relation.SAME_ENTRY
        score = round(fold.score * _SCALE) if is_scored else -1
        self._recent.append((seen_at, member.terms, score))
        if is_scored:
            self._score_sum += score
            self._score_count += 1

    def expire(self, now: datetime, memory: timedelta) -> None:
        """Close old stories and forget old reports."""
        while self._by_age and now - self._by_age[0].first_seen_at > STORY_AGE:
            self._close(self._by_age.popleft())
        while self._recent and now - self._recent[0][0] > memory:
            _, terms, score = self._recent.popleft()
            self._rarity.take_in(terms, by=-1)
            if score >= 0:
                self._score_sum -= score
                self._score_count -= 1

    def nearest(self, member: Member, seen_at: datetime) -> list[Candidate]:
        """Return the stories nearest to a report, the best first."""
        query = self._query(member)
        rated = [self._rate(self._stories[n], query, seen_at) for n in self._reached(query)]
        rated.sort(reverse=True)
        found: list[Candidate] = []
        best = 0.0
        for decayed, decay, number in rated[:_MAX_COMPARED]:
            # Nothing here can be the best story, nor hold a copy of the report.
            if decayed + NEAREST_SHARE * decay < best and decayed < _MIN_CLOSE * decay:
                break
            found.append(self._compare(self._stories[number], query, decayed, decay))
            best = max(best, found[-1].score)
        return sorted(found, key=lambda candidate: -candidate.score)

    def _query(self, member: Member) -> dict[str, float]:
        """Return the report's terms weighted by rarity, of unit length."""
        rarity = self._rarity
        query = {t: w * rarity[t] for t, w in zip(member.terms, member.weights, strict=True)}
        length = _length(query.values())
        return {term: weight / length for term, weight in query.items()}

    def _rate(
        self, story: _Story, query: dict[str, float], seen_at: datetime
    ) -> tuple[float, float, int]:
        rarity, terms = self._rarity, story.terms
        dot = sum([w * terms[t] * rarity[t] for t, w in query.items() if t in terms])
        hours = max(0.0, (seen_at - story.last_seen_at).total_seconds() / 3600)
        decay = exp(-hours / DECAY_HOURS)
        return dot / _length([w * rarity[t] for t, w in terms.items()]) * decay, decay, story.number

    def _compare(
        self, story: _Story, query: dict[str, float], decayed: float, decay: float
    ) -> Candidate:
        near = sorted(
            ((self._cosine(query, member), i) for i, member in enumerate(story.members)),
            reverse=True,
        )
        rarity, terms = self._rarity, story.terms
        shared = nlargest(
            _EVIDENCE, ((w * terms[t] * rarity[t], t) for t, w in query.items() if t in terms)
        )
        return Candidate(
            story.id,
            NEAREST_SHARE * near[0][0] * decay + (1 - NEAREST_SHARE) * decayed,
            [story.members[i] for cosine, i in near[:_CLOSEST] if cosine >= _MIN_CLOSE],
            tuple(term for _, term in shared),
        )

    def _cosine(self, query: dict[str, float], member: Member) -> float:
        rarity = self._rarity
        weighted = {t: w * rarity[t] for t, w in zip(member.terms, member.weights, strict=True)}
        dot = sum([w * weighted[t] for t, w in query.items() if t in weighted])
        return dot / _length(weighted.values()) if dot else 0.0

    def _reached(self, query: dict[str, float]) -> list[int]:
        """Return the numbers of the open stories that share most of the query's weight."""
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
            return list(reached)
        found = nlargest(_MAX_CANDIDATES, zip(reached.values(), reached, strict=True))
        return [number for _, number in found]

    def _open(self, story_id: str, seen_at: datetime) -> _Story:
        number = self._numbers.get(story_id)
        if number is not None:
            return self._stories[number]
        story = _Story(story_id, self._next, seen_at, seen_at)
        self._stories[story.number] = story
        self._by_age.append(story)
        self._numbers[story_id] = story.number
        self._next += 1
        return story

    def _close(self, story: _Story) -> None:
        del self._stories[story.number]
        del self._numbers[story.id]
        for term in story.terms:
            postings = self._postings[term]
            postings.remove(story.number)
            if not postings:
                del self._postings[term]


class _Rarity(dict[str, float]):
    """How much a term says among the reports of the last week: few have it, much.

    A mapping that works out what is asked and remembers it: it is read a million times a minute.
    """

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[str, int] = {}
        self._reports = 0
        self._log = _log_of(0)

    def __missing__(self, term: str) -> float:
        value: float = (self._log - log(self._counts.get(term, 0) + 1) + 0.3) ** RARITY_POWER
        self[term] = value
        return value

    def take_in(self, terms: Iterable[str], by: int) -> None:
        """Count a report's terms (`by` 1) or forget them (-1)."""
        self._reports += by
        for term in terms:
            count = self._counts.pop(term, 0) + by
            if count:
                self._counts[term] = count
            self.pop(term, None)
        if (now := _log_of(self._reports)) != self._log:
            self._log = now
            self.clear()


def _log_of(reports: int) -> float:
    """Return ln(n + 1) in steps of 1/64, so that known rarities stay good for a while."""
    return round(log(max(reports, ASSUMED_REPORTS) + 1) * 64) / 64


def _length(weights: Iterable[float]) -> float:
    return sqrt(sum([weight * weight for weight in weights])) or 1.0
