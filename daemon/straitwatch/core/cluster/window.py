"""Holds the reports of the last days, and decides to which story a new report belongs.

The first test that succeeds decides: same page, same headline on the same site, near-duplicate
text, same event; otherwise the report opens a new story. The first three tests compare
publications, and the fourth compares the content with the stories of the same watch-lists.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf
from types import MappingProxyType
from typing import ClassVar, Final, NamedTuple

from straitwatch.core.cluster.constraints import Constraints
from straitwatch.core.cluster.facts import differences, is_other_event, is_other_text
from straitwatch.core.cluster.guards import Conflict, compare_titles
from straitwatch.core.cluster.identity import PageIndex
from straitwatch.core.cluster.lexicon import Lexicon
from straitwatch.core.cluster.novelty import facts_of, find_novelty
from straitwatch.core.cluster.stories import (
    RARITY_AGE,
    STORY_AGE,
    Candidate,
    FoldProfile,
    ListStories,
    OpenStory,
    Reading,
)
from straitwatch.core.identity import derived_story_id
from straitwatch.core.model import (
    BY_HAND,
    NO_NOVELTY,
    EntryKind,
    Features,
    Fold,
    FoldedReport,
    Novelty,
    Related,
    Relation,
    StoryConstraint,
)

# One profile fits general news and one-topic lists, because the slope raises the bar of a list with
# similar reports. Fitted on the development halves of four labelled streams.
DEFAULT: Final = FoldProfile(
    name="default",
    base=-0.03,
    slope=0.85,
    words_base=0.075,
    words_slope=0.34,
    across=0.07,
    names=0.6,
)
RECALL: Final = replace(  # folds more, alerts less
    DEFAULT, name="recall", base=-0.07, words_base=0.03, across=0.03, names=0.55
)
STRICT: Final = replace(  # folds less, alerts more
    DEFAULT, name="strict", base=0.04, words_base=0.13, across=0.12, names=0.7
)
PROFILES: Final = {profile.name: profile for profile in (RECALL, DEFAULT, STRICT)}

# A less similar title is a copy only if its story reaches the bar too. Measured on three streams:
# .2 to 1.2 points fewer events missed, and the same B-cubed or more.
SURE_COPY = 0.6
# A report with new names is only probably about the same event below this margin.
SURE_MARGIN_OF_NEW_NAMES = 0.14

_NO_PROFILES: Mapping[str, FoldProfile] = MappingProxyType({})


class StoryWindow:
    """The matched reports of the last days and their stories.

    `fold` decides without changing the window, and `add` adds the report. The results depend only
    on the added reports and folds, in their order. If a commit fails, discard the window and
    rebuild it from the store.
    """

    MEMORY: ClassVar[timedelta] = STORY_AGE + RARITY_AGE

    def __init__(
        self,
        lexicon: Lexicon,
        *,
        profile: FoldProfile = DEFAULT,
        constraints: Iterable[StoryConstraint] = (),
    ) -> None:
        """Create an empty window.

        Args:
            lexicon: the names and common words of the beat.
            profile: the bars for lists without a profile of their own.
            constraints: manual links and splits; their reports may be added later.

        """
        self.lexicon = lexicon
        self._profile = profile
        self._links = Constraints(constraints)
        self._lists: dict[str, ListStories] = {}
        self._stories: dict[str, OpenStory] = {}
        self._opened: OrderedDict[str, datetime] = OrderedDict()  # stories, the oldest first
        self._pages = PageIndex()
        self._now: datetime | None = None
        self._last: Reading | None = None

    def fold(self, features: Features, profiles: Mapping[str, FoldProfile] = _NO_PROFILES) -> Fold:
        """Decide to which story the report belongs, with the reason.

        `profiles` has the profiles of watch-lists that differ from the window's.
        """
        self.expire(features.seen_at)
        if required := self._links.required_story(features.entry_id):
            return self._with_novelty(self._read(features), _by_hand(required))
        forbidden = self._links.forbidden_stories(features.entry_id)
        repeat = self._pages.find(features)
        if repeat and repeat.story_id not in forbidden:
            return replace(repeat, novelty=self.novelty(features, repeat.story_id))
        return self._same_text_or_event(self._read(features), profiles)

    def add(
        self,
        features: Features,
        fold: Fold,
        *,
        is_sent: bool = True,
        closed_before: datetime | None = None,
    ) -> None:
        """Add a report to the story of its fold.

        Args:
            features: the report.
            fold: the decision about it, new or stored.
            is_sent: True if this report was sent.
            closed_before: for rebuilding a window: stories opened before this time are closed, and
                their reports count only in the statistics of terms.

        """
        self.expire(features.seen_at)
        self._links.add(features.entry_id, fold.story_id)
        reading = self._read(features)
        self._pages.add(features, fold.story_id)
        is_open = self._represents(features, fold) and self._ensure_open(fold, features.seen_at)
        if is_open and closed_before and self._opened[fold.story_id] < closed_before:
            is_open = False
        if is_open:
            self._story(fold.story_id, features.seen_at).add(features, is_sent=is_sent)
        for watchlist in _scopes(features):
            self._list(watchlist).add(reading, fold, is_open=is_open)

    def restore(self, report: FoldedReport, *, closed_before: datetime | None = None) -> None:
        """Add a stored report; see `add` for `closed_before`."""
        self.add(report.features, report.fold, is_sent=report.is_sent, closed_before=closed_before)

    def novelty(self, features: Features, story_id: str) -> Novelty:
        """Return the news that a text adds to the sent reports of an open story."""
        story = self._stories.get(story_id)
        return find_novelty(features, story.sent, self.lexicon) if story else NO_NOVELTY

    def is_open(self, story_id: str) -> bool:
        """Return True if later reports may join the story."""
        return story_id in self._stories

    def note_sent(self, features: Features, story_id: str) -> None:
        """Record a sent text that is not a report, such as an edit."""
        if story := self._stories.get(story_id):
            story.sent.append(features)

    def _represents(self, features: Features, fold: Fold) -> bool:
        """Return True if later reports are compared with this one.

        A round-up is about several events, and commentary on an existing story moves away from its
        event.
        """
        match features.kind:
            case EntryKind.ROUNDUP:
                return False
            case EntryKind.COMMENTARY:
                return fold.relation is Relation.NEW
            case _:
                return True

    def _ensure_open(self, fold: Fold, seen_at: datetime) -> bool:
        """Open the story for its first report, and return True if it is open.

        A repeated page does not open a story, so a page that returns after days leaves its story
        closed, even if the window no longer knows the story.
        """
        if fold.story_id in self._opened:
            return True
        if fold.relation is Relation.SAME_ENTRY:
            return False
        self._opened[fold.story_id] = seen_at
        return True

    def _story(self, story_id: str, seen_at: datetime) -> OpenStory:
        if story_id not in self._stories:
            self._stories[story_id] = OpenStory(
                id=story_id, opened_at=self._opened[story_id], last_seen_at=seen_at
            )
        return self._stories[story_id]

    def report_rate(self, watchlist: str) -> float:
        """Return the usual reports per hour of a list; infinity while that is unknown."""
        stories = self._lists.get(watchlist)
        return stories.report_rate(self._now) if stories and self._now else inf

    def remembers(self, at: datetime) -> bool:
        """Return True if the window covers this time."""
        return self._now is None or abs(at - self._now) <= self.MEMORY

    def expire(self, now: datetime) -> None:
        """Remove old reports; a time before the last one has no effect."""
        if self._now is not None and now <= self._now:
            return
        self._now = now
        self._pages.expire(now - self.MEMORY)
        while self._opened and now - next(iter(self._opened.values())) > STORY_AGE:
            story_id, _ = self._opened.popitem(last=False)
            self._stories.pop(story_id, None)
            for stories in self._lists.values():
                stories.close(story_id)
        for stories in self._lists.values():
            stories.expire(now)

    # ------------------------------------------------------------ tests

    def _same_text_or_event(self, reading: Reading, profiles: Mapping[str, FoldProfile]) -> Fold:
        near = self._nearest(reading, profiles)
        usual = max((c.score for c in near if c.is_own_language), default=0.0)
        namesakes = self._pages.namesakes(reading.features)
        kept: list[Candidate] = []
        copies: list[_Copy] = []
        for candidate in near:
            if candidate.story_id in namesakes:
                continue
            compared = self._compare(reading.features, candidate)
            if not compared.is_other_event:
                kept.append(candidate)
                copies += compared.copies
        if copies:
            best = max(copies, key=lambda copy: copy.score)
            return self._with_novelty(reading, _duplicate(best))
        kept = self._links.choose(kept)
        if kept and kept[0].margin >= 0 and not self._is_next_report(reading.features, kept[0]):
            return self._with_novelty(reading, _same_event(kept[0], usual))
        return _new_event(reading.features, kept, usual)

    def _is_next_report(self, features: Features, candidate: Candidate) -> bool:
        """Return True if an outlet reports something else than before, unless both are very alike.

        An outlet seldom writes two reports about one event, but often several about one subject.
        """
        if candidate.is_sure or not features.outlet:
            return False
        reports = self._stories[candidate.story_id].by_title.values()
        return all(other.outlet == features.outlet for other in reports)

    def _compare(self, features: Features, candidate: Candidate) -> "_Compared":
        """Compare a report with the closest reports of a story, one by one."""
        copies: list[_Copy] = []
        story = self._stories[candidate.story_id]
        for title in candidate.closest:
            likeness = compare_titles(features.title, title)
            if likeness.conflict is Conflict.INSTALMENT:
                return _Compared(is_other_event=True)
            is_sure = likeness.score >= SURE_COPY
            if not is_sure and candidate.margin < 0:
                continue  # too far from the story in any case
            facts, others = facts_of(features), facts_of(story.by_title[title])
            found = differences(facts, others, self.lexicon)
            if is_other_event(found):
                return _Compared(is_other_event=True)
            # Common words alone make short headlines of a beat half similar.
            is_copy = likeness.is_copy and (is_sure or not candidate.is_weak)
            if is_copy and not is_other_text(found):
                copies.append(_Copy(likeness.score, candidate.story_id, title))
        return _Compared(copies=tuple(copies))

    def _nearest(self, reading: Reading, profiles: Mapping[str, FoldProfile]) -> list[Candidate]:
        """Return the nearest stories of the report's lists, the likeliest first."""
        forbidden = self._links.forbidden_stories(reading.features.entry_id)
        near = [
            candidate
            for watchlist in _scopes(reading.features)
            if (stories := self._lists.get(watchlist)) is not None
            for candidate in stories.nearest(
                reading, self._stories, profiles.get(watchlist, self._profile)
            )
            if candidate.story_id not in forbidden
        ]
        return sorted(near, key=lambda candidate: -candidate.margin)

    def _with_novelty(self, reading: Reading, fold: Fold) -> Fold:
        """Return the fold with the news that the report adds to its story."""
        novelty = self.novelty(reading.features, fold.story_id)
        if fold.relation is Relation.SAME_EVENT and novelty.names:
            is_near = fold.score - fold.threshold >= SURE_MARGIN_OF_NEW_NAMES
            fold = replace(fold, is_probable=fold.is_probable or not is_near)
        return replace(fold, novelty=novelty)

    # ------------------------------------------------------------ parts

    def _read(self, features: Features) -> Reading:
        if self._last is None or self._last.features is not features:
            self._last = Reading.of(features)
        return self._last

    def _list(self, watchlist: str) -> ListStories:
        if watchlist not in self._lists:
            self._lists[watchlist] = ListStories(self.lexicon)
        return self._lists[watchlist]


class _Copy(NamedTuple):
    """A report that the new one nearly duplicates."""

    score: float
    story_id: str
    title: str


@dataclass(frozen=True, slots=True)
class _Compared:
    """The comparison of a report with the closest reports of a story."""

    copies: tuple[_Copy, ...] = ()
    is_other_event: bool = False


def _scopes(features: Features) -> tuple[str, ...]:
    return features.watchlists or ("",)


def _by_hand(story_id: str) -> Fold:
    return Fold(story_id=story_id, relation=Relation.SAME_EVENT, reason=BY_HAND)


def _duplicate(copy: _Copy) -> Fold:
    return Fold(
        story_id=copy.story_id,
        relation=Relation.DUPLICATE,
        reason="near-duplicate",
        score=round(copy.score, 4),
        usual=round(copy.score, 4),
        evidence=(copy.title,),
    )


def _same_event(candidate: Candidate, usual: float) -> Fold:
    return Fold(
        story_id=candidate.story_id,
        relation=Relation.SAME_EVENT,
        reason="same-event",
        score=round(candidate.score, 4),
        threshold=round(candidate.bar, 4),
        usual=round(usual, 4),
        evidence=candidate.shared,
        is_probable=not candidate.is_sure,
    )


def _new_event(features: Features, near: list[Candidate], usual: float) -> Fold:
    score, bar = (near[0].score, near[0].bar) if near else (0.0, 0.0)
    related = (c for c in near if c.names.may_be_same_event and not c.is_own_language)
    return Fold(
        story_id=derived_story_id(features.entry_id),
        relation=Relation.NEW,
        reason="new-event",
        score=round(score, 4),
        threshold=round(bar, 4),
        usual=round(usual, 4),
        evidence=(f"nearest {near[0].story_id}",) if near else (),
        related=_related(max(related, key=lambda c: c.names.score, default=None)),
    )


def _related(candidate: Candidate | None) -> Related | None:
    """Return the story in another language that may be about the same event, for display."""
    if candidate is None:
        return None
    names = tuple(name.removeprefix("@") for name in candidate.names.names)
    score = round(candidate.names.score, 4)
    return Related(story_id=candidate.story_id, score=score, names=names)
