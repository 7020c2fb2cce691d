"""Rates the similarity of a report to each open story of one watch-list.

Within a language, shared words and the meaning of the sentences count; across languages, meaning
and the people, places and things that both name. See docs/adr/0011.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp, inf, sqrt
from typing import NamedTuple

from straitwatch.core.cluster.lexicon import Lexicon
from straitwatch.core.cluster.terms import NO_LIKENESS, Likeness, Member, TermIndex, Weights
from straitwatch.core.cluster.vectors import Centered, VectorIndex
from straitwatch.core.model import Features, Fold, Relation, Vector

STORY_AGE = timedelta(hours=72)  # after this time a story accepts no further reports
# Chosen in docs/adr/0008. A window is rebuilt exactly from the reports of STORY_AGE + RARITY_AGE,
# because the weights in the oldest open story depend on no earlier report.
RARITY_AGE = timedelta(days=10)
DECAY_HOURS = 36.0
HOUR = timedelta(hours=1)
NEAREST_SHARE = 0.3  # weight of the nearest report in a likeness; the whole story has the rest

# In invented and real headlines of the beat, names in two languages scored .44 to .87 for the same
# event, and rarely .5 for different ones.
RELATED_SCORE = 0.4
RELATED_NAMES = 2

_LEAD_WEIGHT = 0.55  # of a term in the lead; 1 in the title
_LEAD_NAME_WEIGHT = 0.5
_VECTOR_SHARE = 0.5  # weight of meaning within a language, words have 1; across languages both 1
_NAME_SHARE = 0.3  # weight of names across languages
_WEAK = 0.05  # added to the bar if all shared words are common to the beat
_SURE_MARGIN = 0.07  # a smaller margin above the bar makes the same event only probable
_MIN_SPAN = timedelta(days=7)  # a shorter history shows no usual rate of a list
_CLOSEST = 3  # reports of a story whose titles are compared
_MAX_CANDIDATES = 12
# The usual score of a new list, and the number of reports for which it counts. By meaning, reports
# of a new list are more similar than later ones.
_PRIOR, _PRIOR_BY_MEANING = (0.3, 200), (0.36, 100)
_SCALE = 10_000  # scores are summed as integers, so their order does not change the sum


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldProfile:
    """The bars that a report must reach to join a story.

    Within a language the bar is `base + slope * usual best score`. If the report or the story has
    no vector, `words_base` and `words_slope` replace these. Across languages the bar is higher by
    `across`; without vectors, names alone must reach `names`.
    """

    name: str
    base: float
    slope: float = 0.0
    words_base: float = 1.0
    words_slope: float = 0.0
    across: float = 0.1
    names: float = 1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """A report prepared for comparison with stories."""

    features: Features
    words: Member
    names: Member

    @classmethod
    def of(cls, features: Features) -> "Reading":
        """Weight the terms and names of a report; those of the title count most."""
        words = dict.fromkeys(features.title_terms, 1.0)
        for term in features.lead_terms:
            words[term] = words.get(term, 0.0) + _LEAD_WEIGHT
        names = dict.fromkeys(features.title_names, 1.0)
        names |= dict.fromkeys(features.lead_names, _LEAD_NAME_WEIGHT)
        title = features.title
        return cls(features, Member.of(title, _unit(words)), Member.of(title, _unit(names)))


@dataclass(slots=True)
class OpenStory:
    """A story that reports may still join."""

    id: str
    opened_at: datetime
    last_seen_at: datetime
    languages: set[str] = field(default_factory=set)
    by_title: dict[str, Features] = field(default_factory=dict)
    sent: list[Features] = field(default_factory=list)  # the reports that were sent

    def add(self, features: Features, *, is_sent: bool) -> None:
        self.last_seen_at = max(self.last_seen_at, features.seen_at)
        self.languages.add(features.language)
        self.by_title[features.title] = features
        if is_sent:
            self.sent.append(features)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The people, places and things that a report and a story both name."""

    score: float
    names: tuple[str, ...]
    are_distinctive: bool  # enough of them are rare in the beat

    @property
    def may_be_same_event(self) -> bool:
        """True if the names suggest the same event, even across languages."""
        return self.score >= RELATED_SCORE and self.are_distinctive


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A story that a report joins if `score` reaches `bar`."""

    story_id: str
    score: float
    bar: float
    is_own_language: bool
    is_weak: bool  # all shared words are common to the beat
    nearest: float  # similarity of the closest report alone
    closest: tuple[str, ...]  # titles of the reports with the most similar words
    shared: tuple[str, ...]  # terms that contribute most to the score
    names: Named

    @property
    def margin(self) -> float:
        """The score minus the bar."""
        return round(self.score - self.bar, 6)

    @property
    def is_sure(self) -> bool:
        """True if the report is about the event of the story, and not only probably so."""
        return not self.is_weak and self.margin >= _SURE_MARGIN


class _Counted(NamedTuple):
    """The terms, vector and score of a report that the statistics of its list include."""

    seen_at: datetime
    words: tuple[str, ...]
    names: tuple[str, ...]
    vector: Vector | None
    language: str
    score: int | None


@dataclass(frozen=True, slots=True)
class _Query:
    features: Features
    words: Weights
    names: Weights
    vector: Centered | None


class ListStories:
    """The open stories of one watch-list, found by terms, names and meaning."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._words = TermIndex(lexicon.word_shares)
        self._names = TermIndex(lexicon.name_shares)
        self._vectors: dict[str, VectorIndex] = {}  # by model: two are never compared
        self._recent: deque[_Counted] = deque()
        self._score_sum = 0
        self._score_count = 0

    def bar(self, profile: FoldProfile, *, has_vector: bool) -> float:
        """Return the score that a report needs within a language, at present."""
        if has_vector:
            return profile.base + profile.slope * self._usual_score(*_PRIOR_BY_MEANING)
        return profile.words_base + profile.words_slope * self._usual_score(*_PRIOR)

    def bar_across(self, profile: FoldProfile) -> float:
        """Return the score that a report in another language needs, at present."""
        return profile.base + profile.slope * self._usual_score(*_PRIOR) + profile.across

    def _usual_score(self, prior: float, reports: int) -> float:
        """Return the mean best score of the last days' reports, starting from a prior."""
        total = self._score_sum / _SCALE + prior * reports
        return total / (self._score_count + reports)

    def report_rate(self, now: datetime) -> float:
        """Return the reports per hour of the last days; infinity in the first week."""
        if not self._recent or now - self._recent[0].seen_at < _MIN_SPAN:
            return inf
        return len(self._recent) / ((now - self._recent[0].seen_at) / HOUR)

    def add(self, reading: Reading, fold: Fold, *, is_open: bool = True) -> None:
        """Add a report to the statistics, and to the story of its fold if that is open."""
        features = reading.features
        if is_open:
            self._words.add(fold.story_id, reading.words)
            self._names.add(fold.story_id, reading.names)
        self._add_vector(features, fold.story_id, is_open=is_open)
        counted = _Counted(
            features.seen_at,
            reading.words.terms,
            reading.names.terms,
            features.vector,
            features.language,
            None if fold.relation is Relation.SAME_ENTRY else round(fold.usual * _SCALE),
        )
        self._recent.append(counted)
        self._count(counted, by=1)

    def expire(self, now: datetime) -> None:
        """Remove old reports from the statistics."""
        while self._recent and now - self._recent[0].seen_at > RARITY_AGE:
            self._count(self._recent.popleft(), by=-1)

    def close(self, story_id: str) -> None:
        """Remove a story that accepts no further reports."""
        self._words.close(story_id)
        self._names.close(story_id)
        for vectors in self._vectors.values():
            vectors.close(story_id)

    def nearest(
        self, reading: Reading, stories: Mapping[str, OpenStory], profile: FoldProfile
    ) -> list[Candidate]:
        """Return the most similar open stories, the likeliest first."""
        features = reading.features
        vectors = self._vectors.get(features.vector.model) if features.vector else None
        vector = None
        if vectors and features.vector:
            vector = vectors.center(features.vector, features.language)
        query = _Query(
            features, self._words.weigh(reading.words), self._names.weigh(reading.names), vector
        )
        reached = dict.fromkeys(self._words.reached(query.words))
        reached |= dict.fromkeys(self._names.reached(query.names))
        if vectors and vector is not None:
            reached |= dict.fromkeys(vectors.nearest(vector))
        rated = [self._rate(query, stories[story_id], profile) for story_id in reached]
        return sorted(rated, key=lambda candidate: -candidate.margin)[:_MAX_CANDIDATES]

    def _rate(self, query: _Query, story: OpenStory, profile: FoldProfile) -> Candidate:
        features = query.features
        words = self._words.likeness(story.id, query.words, closest=_CLOSEST)
        likeness = self._meaning(query, story.id)
        has_vector = likeness is not NO_LIKENESS  # a story has none if the encoder was unavailable
        meaning = max(likeness.blend(NEAREST_SHARE), 0.0)
        names = self._named(query, story.id)
        own = features.language in story.languages
        if own:
            bar = self.bar(profile, has_vector=has_vector)
            score = words.blend(NEAREST_SHARE) + _VECTOR_SHARE * meaning
        elif has_vector:
            score = words.blend(NEAREST_SHARE) + meaning + _NAME_SHARE * names.score
            bar = self.bar_across(profile)
        else:
            score, bar = names.score if names.are_distinctive else 0.0, profile.names
        hours = max(0.0, (features.seen_at - story.last_seen_at) / HOUR)
        score *= exp(-hours / DECAY_HOURS)
        # Most stories are far below the bar, so their shared terms are not computed.
        is_near = score >= bar
        shared = self._words.shared(story.id, query.words) if is_near else ()
        is_weak = own and bool(shared) and self._lexicon.word_shares.keys() >= set(shared)
        if is_near and not shared:
            shared = self._names.shared(story.id, query.names)
        return Candidate(
            story_id=story.id,
            score=score,
            bar=bar + _WEAK * is_weak,
            is_own_language=own,
            is_weak=is_weak,
            nearest=words.nearest + likeness.nearest + names.score,
            closest=tuple(title for _, title in words.closest),
            shared=shared,
            names=names,
        )

    def _named(self, query: _Query, story_id: str) -> Named:
        likeness = self._names.likeness(story_id, query.names).blend(NEAREST_SHARE)
        is_worth_naming = likeness >= RELATED_SCORE
        names = self._names.shared(story_id, query.names) if is_worth_naming else ()
        are_distinctive = self._lexicon.are_distinctive(names, least=RELATED_NAMES)
        return Named(score=likeness, names=names, are_distinctive=are_distinctive)

    def _meaning(self, query: _Query, story_id: str) -> Likeness:
        if query.vector is None or query.features.vector is None:
            return NO_LIKENESS
        vectors = self._vectors[query.features.vector.model]
        return vectors.likeness(story_id, query.vector)

    def _add_vector(self, features: Features, story_id: str, *, is_open: bool) -> None:
        if (vector := features.vector) is None:
            return
        vectors = self._vectors.get(vector.model)
        if vectors is None:
            vectors = VectorIndex(vector.model, len(vector.values))
            self._vectors[vector.model] = vectors
        if is_open:
            vectors.add(story_id, vectors.center(vector, features.language))
        else:
            vectors.skip()

    def _count(self, report: "_Counted", *, by: int) -> None:
        self._words.count(report.words, by=by)
        self._names.count(report.names, by=by)
        if report.vector is not None:
            self._vectors[report.vector.model].count(report.vector, report.language, by=by)
        if report.score is not None:
            self._score_sum += by * report.score
            self._score_count += by


def _unit(weights: Weights) -> Weights:
    length = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {term: weight / length for term, weight in weights.items()}
