"""Compares the watch-lists before and after a change on past entries.

The result has the alerts, entries and severities gained and lost, by watch-list and by rule, with
samples that show the reason. Both sides match and plan as a poll does, but write no data.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from straitwatch.core.match import Explanation, find_deciding_rules
from straitwatch.core.match.diff import compare_matches
from straitwatch.core.model import (
    Change,
    Difference,
    Entry,
    Feed,
    Mark,
    Match,
    StoryConstraint,
    Verdict,
)
from straitwatch.core.rehearsal import Rehearsal
from straitwatch.core.report import matchable
from straitwatch.core.rules import Rules

_DAY = timedelta(days=1)
_SEVERITY_LINE = "another line of severity"  # the same rules fire on both sides


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One entry that a watch-list gained or lost, and why."""

    change: Change
    entry: Entry
    feed_name: str
    seen_at: datetime
    match: Match
    why: tuple[str, ...]
    verdict: Verdict | None


@dataclass(slots=True)
class ListResult:
    """The entries and alerts of one watch-list before and after the change."""

    watchlist: str
    entries_before: int = 0
    entries_after: int = 0
    entries: Counter[Change] = field(default_factory=Counter)
    rules: Counter[tuple[Change, str]] = field(default_factory=Counter)
    verdicts: Counter[tuple[Change, Verdict]] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)
    alerts_before: int = 0
    alerts_after: int = 0
    alerts_gained: int = 0
    alerts_lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestResult:
    """The comparison of all watch-lists, and the entries that it is based on."""

    entries: int
    since_at: datetime | None
    until_at: datetime | None
    lists: tuple[ListResult, ...]

    @property
    def days(self) -> float:
        """The days that the entries span; at least one, so that rates are not inflated."""
        if self.since_at is None or self.until_at is None:
            return 1.0
        return max((self.until_at - self.since_at) / _DAY, 1.0)


@dataclass(frozen=True, slots=True)
class _Past:
    entry: Entry
    feed: Feed
    seen_at: datetime


class Backtest:
    """Takes entries one by one, oldest first, and compares both sides.

    Args:
        candidate: the changed rules.
        base: the current rules; None to count the alerts of the changed ones alone.
        only: the watch-lists to compare; empty for all.
        marks: verdicts of people, by entry and watch-list.
        constraints: manual corrections of stories.
        samples: the number of samples for each watch-list and kind of change.

    """

    def __init__(
        self,
        candidate: Rules,
        *,
        base: Rules | None = None,
        only: Sequence[str] = (),
        marks: Mapping[tuple[str, str], Mark] | None = None,
        constraints: Sequence[StoryConstraint] = (),
        samples: int = 5,
    ) -> None:
        self._after = _Side(candidate, constraints)
        self._before = _Side(base, constraints) if base else None
        self._only = frozenset(only)
        self._marks = marks or {}
        self._samples = samples
        self._lists: dict[str, ListResult] = {}
        self._count = 0
        self._since_at: datetime | None = None
        self._until_at: datetime | None = None

    def take(self, entry: Entry, feed: Feed, seen_at: datetime) -> None:
        """Match and plan an entry on both sides, and note the differences."""
        self._count += 1
        self._since_at = self._since_at or seen_at
        self._until_at = seen_at
        past = _Past(entry, feed, seen_at)
        after = self._wanted(self._after.take(past))
        before = self._wanted(self._before.take(past)) if self._before else ()
        for match in before:
            self._result_of(match.watchlist).entries_before += 1
        for match in after:
            self._result_of(match.watchlist).entries_after += 1
        for difference in compare_matches(before, after):
            self._note(difference, past)

    def result(self) -> BacktestResult:
        """Return the comparison. Alerts are compared by story, so the first report may differ."""
        after = self._after.alerted()
        before = self._before.alerted() if self._before else {}
        for name, result in self._lists.items():
            old, new = before.get(name, []), after.get(name, [])
            result.alerts_before, result.alerts_after = len(old), len(new)
            result.alerts_gained = _without_match(new, old)
            result.alerts_lost = _without_match(old, new)
        return BacktestResult(
            entries=self._count,
            since_at=self._since_at,
            until_at=self._until_at,
            lists=tuple(self._lists[name] for name in sorted(self._lists)),
        )

    def _wanted(self, matches: Iterable[Match]) -> tuple[Match, ...]:
        only = self._only
        return tuple(match for match in matches if not only or match.watchlist in only)

    def _result_of(self, watchlist: str) -> ListResult:
        return self._lists.setdefault(watchlist, ListResult(watchlist))

    def _note(self, difference: Difference, past: _Past) -> None:
        result = self._result_of(difference.watchlist)
        result.entries[difference.change] += 1
        mark = self._marks.get((past.entry.id, difference.watchlist))
        if mark:
            result.verdicts[difference.change, mark.verdict] += 1
        rules = list(self._reasons(difference, past)) or [_SEVERITY_LINE]
        for rule in rules:
            result.rules[difference.change, rule] += 1
        kept = sum(sample.change is difference.change for sample in result.samples)
        if kept < self._samples:
            result.samples.append(
                Sample(
                    change=difference.change,
                    entry=past.entry,
                    feed_name=past.feed.name,
                    seen_at=past.seen_at,
                    match=difference.shown,
                    why=tuple(rules),
                    verdict=mark.verdict if mark else None,
                )
            )

    def _reasons(self, difference: Difference, past: _Past) -> Iterator[str]:
        """Yield the rules that fire on one side only."""
        after = self._after.explain(past, difference.watchlist)
        before = self._before.explain(past, difference.watchlist) if self._before else None
        fires, other = (before, after) if difference.change is Change.LOST else (after, before)
        if fires is not None:
            yield from find_deciding_rules(fires, other)


class _Side:
    """One configuration, with the stories that it would have formed."""

    def __init__(self, rules: Rules, constraints: Sequence[StoryConstraint]) -> None:
        self._matcher = rules.matcher
        self._rehearsal = Rehearsal(rules, constraints)
        self._entries: dict[tuple[str, str], set[str]] = {}  # by watch-list and story
        self._alerted: set[str] = set()

    def take(self, past: _Past) -> tuple[Match, ...]:
        """Plan an entry; return its matches with their severity in the story."""
        planned = self._rehearsal.take(past.entry, past.feed, past.seen_at).planned
        story_id = planned.fold.story_id if planned.fold else ""
        if planned.decision.is_sent:
            self._alerted.add(story_id)
        for match in planned.matches:
            self._entries.setdefault((match.watchlist, story_id), set()).add(past.entry.id)
        return planned.matches

    def explain(self, past: _Past, watchlist: str) -> Explanation | None:
        """Return why a watch-list fires on an entry or not; None if the list does not exist."""
        text = matchable(past.entry, past.feed)
        return next(iter(self._matcher.explain(text, only=watchlist)), None)

    def alerted(self) -> dict[str, list[set[str]]]:
        """Return the stories that alerted by watch-list, each as the set of its matched entries."""
        stories: dict[str, list[set[str]]] = {}
        for (watchlist, story_id), entries in self._entries.items():
            if story_id in self._alerted:
                stories.setdefault(watchlist, []).append(entries)
        return stories


def _without_match(stories: Iterable[set[str]], others: Iterable[set[str]]) -> int:
    """Count the stories that share no entry with any of the others."""
    known = set[str]().union(*others)
    return sum(known.isdisjoint(story) for story in stories)
