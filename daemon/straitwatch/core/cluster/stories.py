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

from straitwatch.core.cluster.text import has_cjk
from straitwatch.core.model import Fold, Relation

STORY_AGE = timedelta(hours=72)  # after its first report a story takes in no more
DECAY_HOURS = 48.0
NEAREST_SHARE = 0.3  # of the score; the rest is the whole story's
RARITY_POWER = 1.5
ASSUMED_REPORTS = 100  # so that the first reports of a new list find all terms about equally rare

_MAX_POSTINGS = 2000  # a term in more open stories than this does not lead to candidates
_MAX_CANDIDATES = 24
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
    members: deque[Member] = field(default_factory=lambda: deque(maxlen=_MAX_MEMBERS))


class ListStories:
    """The open stories of one watch-list, found by the terms they share with a report."""

    def __init__(self) -> None:
        self._stories: dict[int, _Story] = {}
        self._numbers: dict[str, int] = {}  # of open stories by id
        self._postings: dict[str, list[int]] = {}
        self._counts: dict[str, int] = {}  # reports of the last week by term
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
        for term, weight in zip(member.terms, member.weights, strict=True):
            if term in story.terms:
                story.terms[term] += weight
            elif len(story.terms) < _MAX_STORY_TERMS:
                story.terms[term] = weight
                self._postings.setdefault(term, []).append(story.number)
        for term in member.terms:
            self._counts[term] = self._counts.get(term, 0) + 1
        is_scored = fold.relation in (Relation.NEW, Relation.SAME_EVENT)
        score = round(fold.score * _SCALE) if is_scored else -1
        self._recent.append((seen_at, member.terms, score))
        if is_scored:
            self._score_sum += score
            self._score_count += 1

    def expire(self, now: datetime, memory: timedelta) -> None:
        """Close old stories and forget old reports."""
        for story in list(self._stories.values()):
            if now - story.first_seen_at <= STORY_AGE:
                break
            self._close(story)
        while self._recent and now - self._recent[0][0] > memory:
            _, terms, score = self._recent.popleft()
            for term in terms:
                self._counts[term] -= 1
                if not self._counts[term]:
                    del self._counts[term]
            if score >= 0:
                self._score_sum -= score
                self._score_count -= 1

    def nearest(self, member: Member, seen_at: datetime) -> list[Candidate]:
        """Return the stories nearest to a report, the best first."""
        rarity = _Rarity(self._counts, len(self._recent))
        query = {
            term: weight * rarity.of(term)
            for term, weight in zip(member.terms, member.weights, strict=True)
        }
        length = sqrt(sum(weight * weight for weight in query.values())) or 1.0
        query = {term: weight / length for term, weight in query.items()}
        rated = []
        for number in self._reached(query):
            story = self._stories[number]
            dot = sum(
                w * story.terms[t] * rarity.of(t) for t, w in query.items() if t in story.terms
            )
            cosine = dot / rarity.length(story.terms.items())
            hours = max(0.0, (seen_at - story.last_seen_at).total_seconds() / 3600)
            rated.append((cosine * exp(-hours / DECAY_HOURS), cosine, number))
        return sorted(
            (
                self._compare(self._stories[number], query, decayed, cosine, rarity)
                for decayed, cosine, number in nlargest(_MAX_COMPARED, rated)
            ),
            key=lambda candidate: -candidate.score,
        )

    def _compare(
        self,
        story: _Story,
        query: dict[str, float],
        decayed: float,
        cosine: float,
        rarity: "_Rarity",
    ) -> Candidate:
        near = []
        for position, member in enumerate(story.members):
            dot = sum(
                query[t] * w * rarity.of(t)
                for t, w in zip(member.terms, member.weights, strict=True)
                if t in query
            )
            if dot:
                near.append(
                    (dot / rarity.length(zip(member.terms, member.weights, strict=True)), position)
                )
        near.sort(reverse=True)
        best = near[0][0] if near else 0.0
        decay = decayed / cosine if cosine else 0.0
        shared = nlargest(
            _EVIDENCE,
            ((w * story.terms[t] * rarity.of(t), t) for t, w in query.items() if t in story.terms),
        )
        return Candidate(
            story.id,
            (NEAREST_SHARE * best + (1 - NEAREST_SHARE) * cosine) * decay,
            [
                story.members[position]
                for near_by, position in near[:_CLOSEST]
                if near_by >= _MIN_CLOSE
            ],
            tuple(term for _, term in shared),
        )

    def _reached(self, query: dict[str, float]) -> list[int]:
        """Return the numbers of the open stories that share most of the query's weight."""
        reached: dict[int, float] = {}
        for term, weight in query.items():
            postings = self._postings.get(term, ())
            if len(postings) > _MAX_POSTINGS:
                continue
            square = weight * weight
            for number in postings:
                reached[number] = reached.get(number, 0.0) + square
        if len(reached) <= _MAX_CANDIDATES:
            return list(reached)
        return nlargest(_MAX_CANDIDATES, reached, key=lambda number: (reached[number], number))

    def _open(self, story_id: str, seen_at: datetime) -> _Story:
        number = self._numbers.get(story_id)
        if number is not None:
            return self._stories[number]
        story = _Story(story_id, self._next, seen_at, seen_at)
        self._stories[story.number] = story
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


class _Rarity:
    """How much a term says, among the reports of the last week."""

    def __init__(self, counts: dict[str, int], reports: int) -> None:
        self._counts = counts
        self._log = log(max(reports, ASSUMED_REPORTS) + 1)
        self._seen: dict[str, float] = {}

    def of(self, term: str) -> float:
        value = self._seen.get(term)
        if value is None:
            value = (self._log - log(self._counts.get(term, 0) + 1) + 0.3) ** RARITY_POWER
            self._seen[term] = value
        return value

    def length(self, weighted: Iterable[tuple[str, float]]) -> float:
        return sqrt(sum((weight * self.of(term)) ** 2 for term, weight in weighted)) or 1.0
