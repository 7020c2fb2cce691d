"""The stories of one watch-list and what they talk about: part of the cluster stage.

Terms are weighted by how rare they are among the latest reports that matched this list. Weights
taken from general news would find every report of a topical list alike: measured on a one-topic
stream, they swallowed 41 % of the events. A report keeps the weights of the hour in which it came,
so that comparing costs one pass over its own terms.
"""

from array import array
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nlargest
from math import exp, log, sqrt
from operator import itemgetter

from straitwatch.core.cluster.beat import beat_shares
from straitwatch.core.cluster.text import has_cjk
from straitwatch.core.model import Fold, Relation

STORY_AGE = timedelta(hours=72)  # after its first report a story takes in no more
# Chosen in docs/adr/0008. With STORY_AGE this makes the days from which a window is rebuilt
# exactly: the weights in the oldest open story depend on nothing earlier.
RARITY_AGE = timedelta(days=10)
DECAY_HOURS = 36.0
HOUR = timedelta(hours=1)
NEAREST_SHARE = 0.3  # of the score; the rest is the whole story's
RARITY_POWER = 1.5
ASSUMED_REPORTS = 100  # so that the first reports of a new list find all terms about equally rare

_LEAST_RATE_SPAN = timedelta(hours=24)
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

_Weights = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldProfile:
    """How readily reports are taken for one event: threshold = base + slope * usual best score."""

    name: str
    base: float
    slope: float = 0.0


@dataclass(frozen=True, slots=True)
class Member:
    """A report as it is compared: its cleaned title and its terms."""

    title: str
    terms: tuple[str, ...]
    weights: array  # type: ignore[type-arg]

    @classmethod
    def of(cls, title: str, weights: _Weights) -> "Member":
        """Make a member of a cleaned title and its terms."""
        return cls(title, tuple(weights), array("f", weights.values()))

    @property
    def is_cjk(self) -> bool:
        """Whether the title is written without spaces between words."""
        return has_cjk(self.title)

    def cosine(self, query: _Weights) -> float:
        """Return the likeness to a report, both being of unit length."""
        # Both are of one length by construction, and this is the innermost loop: no check.
        pairs = zip(self.terms, self.weights)  # noqa: B905
        return float(sum([query[term] * weight for term, weight in pairs if term in query]))


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
    last_seen_at: datetime
    members: list[Member] = field(default_factory=list)
    # The sum of the members, and its square; a single report needs none: most stories stay single.
    total: _Weights | None = None
    square: float = 1.0

    @property
    def terms(self) -> Iterable[str]:
        return self.members[0].terms if self.total is None else self.total

    def cosine(self, query: _Weights) -> float:
        if self.total is None:
            return self.members[0].cosine(query)
        total = self.total
        return sum([w * total[t] for t, w in query.items() if t in total]) / sqrt(self.square)

    def shared(self, query: _Weights) -> tuple[str, ...]:
        """Return the terms that make the likeness, the heaviest first."""
        member = self.members[0]
        total = self.total or dict(zip(member.terms, member.weights, strict=True))
        found = nlargest(_EVIDENCE, ((w * total[t], t) for t, w in query.items() if t in total))
        return tuple(term for _, term in found)

    def take_in(self, member: Member) -> list[str]:
        """Add a report; return the terms that are new to the story."""
        self.members.append(member)
        if len(self.members) == 1 and self.total is None:
            return list(member.terms)
        if self.total is None:
            self.total = dict(zip(self.members[0].terms, self.members[0].weights, strict=True))
            self.square = sum([w * w for w in self.total.values()])
        del self.members[:-_MAX_MEMBERS]
        return self._sum_up(member, self.total)

    def _sum_up(self, member: Member, total: _Weights) -> list[str]:
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


class ListStories:
    """The open stories of one watch-list, found by the terms they share with a report."""

    def __init__(self, shares: Mapping[str, float] | None = None) -> None:
        """Begin without stories; `shares` stand in for reports not seen yet."""
        self._stories: dict[int, _Story] = {}
        self._numbers: dict[str, int] = {}  # of open stories by id
        self._postings: dict[str, array[int]] = {}  # story numbers, ascending
        self._rarity = _Rarity(beat_shares() if shares is None else shares)
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

    def report_rate(self, now: datetime) -> float:
        """Return the reports an hour of the last days; a young list is counted as a day old."""
        if not self._recent:
            return 0.0
        return len(self._recent) / (max(now - self._recent[0][0], _LEAST_RATE_SPAN) / HOUR)

    def add(self, fold: Fold, member: Member, seen_at: datetime, *, is_open: bool = True) -> None:
        """Take in a report; into the story that `fold` names only if that is open."""
        if is_open:
            self._tell(fold.story_id, member, seen_at)
        self._rarity.take_in(member.terms, by=1)
        is_scored = fold.relation is not Relation.SAME_ENTRY
        score = round(fold.score * _SCALE) if is_scored else -1
        self._recent.append((seen_at, member.terms, score))
        if is_scored:
            self._score_sum += score
            self._score_count += 1

    def expire(self, now: datetime) -> None:
        """Forget how rare terms were in old reports."""
        while self._recent and now - self._recent[0][0] > RARITY_AGE:
            _, terms, score = self._recent.popleft()
            self._rarity.take_in(terms, by=-1)
            if score >= 0:
                self._score_sum -= score
                self._score_count -= 1

    def close(self, story_id: str) -> None:
        """Let a story take in no more."""
        number = self._numbers.pop(story_id, None)
        if number is None:
            return
        for term in self._stories.pop(number).terms:
            postings = self._postings[term]
            del postings[bisect_left(postings, number)]
            if not postings:
                del self._postings[term]

    def nearest(self, member: Member, seen_at: datetime) -> list[Candidate]:
        """Return the stories nearest to a report, the best first."""
        query = self._rarity.weigh(member)
        rated = [_rate(self._stories[n], query, seen_at) for n in self._reached(query)]
        rated.sort(reverse=True)
        found: list[Candidate] = []
        best = 0.0
        for decayed, decay, number in rated[:_MAX_COMPARED]:
            # Nothing here can be the best story, nor hold a copy of the report.
            if decayed + NEAREST_SHARE * decay < best and decayed < _MIN_CLOSE * decay:
                break
            found.append(_compare(self._stories[number], query, decayed=decayed, decay=decay))
            best = max(best, found[-1].score)
        return sorted(found, key=lambda candidate: -candidate.score)

    def _reached(self, query: _Weights) -> list[int]:
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

    def _tell(self, story_id: str, member: Member, seen_at: datetime) -> None:
        story = self._story(story_id, seen_at)
        story.last_seen_at = max(story.last_seen_at, seen_at)
        weights = array("f", self._rarity.weigh(member).values())
        for term in story.take_in(Member(member.title, member.terms, weights)):
            self._post(term, story.number)

    def _story(self, story_id: str, seen_at: datetime) -> _Story:
        number = self._numbers.get(story_id)
        if number is not None:
            return self._stories[number]
        story = _Story(story_id, self._next, seen_at)
        self._stories[story.number] = story
        self._numbers[story_id] = story.number
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


def _rate(story: _Story, query: _Weights, seen_at: datetime) -> tuple[float, float, int]:
    hours = max(0.0, (seen_at - story.last_seen_at).total_seconds() / 3600)
    decay = exp(-hours / DECAY_HOURS)
    return story.cosine(query) * decay, decay, story.number


def _compare(story: _Story, query: _Weights, *, decayed: float, decay: float) -> Candidate:
    near = sorted(((m.cosine(query), i) for i, m in enumerate(story.members)), reverse=True)
    return Candidate(
        story.id,
        NEAREST_SHARE * near[0][0] * decay + (1 - NEAREST_SHARE) * decayed,
        [story.members[i] for cosine, i in near[:_CLOSEST] if cosine >= _MIN_CLOSE],
        story.shared(query),
    )


class _Rarity:
    """How much a term says among the latest reports: few have it, much."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        self._shares = shares
        self._counts: dict[str, int] = {}
        self._reports = 0

    def weigh(self, member: Member) -> _Weights:
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

    def take_in(self, terms: Iterable[str], by: int) -> None:
        """Count a report's terms (`by` 1) or forget them (-1)."""
        self._reports += by
        for term in terms:
            if count := self._counts.get(term, 0) + by:
                self._counts[term] = count
            else:
                del self._counts[term]
