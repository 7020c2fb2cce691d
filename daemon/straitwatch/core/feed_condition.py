"""Decides the condition of a feed after each poll.

A condition begins after several polls or a time, and ends after several good polls, so that one
odd answer neither alarms nor reassures anybody.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from types import MappingProxyType

from straitwatch.core.model import Condition, Contents, FeedHealth, FeedState
from straitwatch.core.policy import (
    BROKEN_AFTER_FAILURES,
    EMPTIED_AFTER,
    EMPTY_AFTER,
    FLAPPING_FAILURES,
    FLAPPING_POLLS,
    GONE_AFTER,
    GONE_POLLS,
    GOOD_POLLS,
    QUIET_AT_LEAST,
    QUIET_AT_MOST,
    QUIET_FACTOR,
    QUIET_HALF_LIFE,
    QUIET_KNOWN_AFTER,
    QUIET_UNKNOWN,
    RECENT_POLLS,
    SILENT_AFTER,
    SLOW_BEGINS,
    SLOW_ENDS,
    SLOW_POLLS,
    STALE_AT_LEAST,
    UNDATED_BEGINS,
    UNDATED_ENDS,
    UNDATED_ENTRIES,
)

# The letters of `FeedHealth.recent`: the outcomes that one poll can have.
_LETTERS: Mapping[Condition, str] = MappingProxyType(
    {
        Condition.OK: ".",
        Condition.SLOW: "s",
        Condition.EMPTY: "0",
        Condition.ERROR_ITEMS: "e",
        Condition.GONE: "g",
        Condition.BLOCKED: "b",
        Condition.CAPTCHA: "c",
        Condition.LOGIN: "l",
        Condition.HTML: "h",
        Condition.UNREADABLE: "u",
        Condition.TOO_LARGE: "t",
        Condition.FAILING: "x",
        Condition.CUT_OFF: "/",
    }
)
_OUTCOMES = {letter: outcome for outcome, letter in _LETTERS.items()}
_GOOD = _LETTERS[Condition.OK] + _LETTERS[Condition.SLOW]
_READ = _GOOD + _LETTERS[Condition.EMPTY] + _LETTERS[Condition.ERROR_ITEMS]

FAILED = frozenset(
    {
        Condition.GONE,
        Condition.BLOCKED,
        Condition.CAPTCHA,
        Condition.LOGIN,
        Condition.HTML,
        Condition.UNREADABLE,
        Condition.TOO_LARGE,
        Condition.FAILING,
        Condition.CUT_OFF,
    }
)
SILENT = frozenset({Condition.ERROR_ITEMS, Condition.EMPTIED, Condition.FROZEN, Condition.STALE})
NOT_COVERED = FAILED | SILENT  # no alert may come although there is news


def is_broken(*, failures: int, last_ok_at: datetime | None, now: datetime) -> bool:
    """Return True if a feed fails repeatedly, or fails and has had no good poll for a day."""
    if not failures:
        return False
    is_silent = last_ok_at is None or last_ok_at < now - SILENT_AFTER
    return is_silent or failures >= BROKEN_AFTER_FAILURES


def is_gone(state: FeedState, now: datetime) -> bool:
    """Return True if a server has answered 410 (gone) several times over a day."""
    health, gone = state.profile.health, _LETTERS[Condition.GONE]
    is_told = health.recent.endswith(gone * GONE_POLLS)
    return is_told and health.gone_at is not None and now - health.gone_at >= GONE_AFTER


def outcome_of(contents: Contents | None) -> Condition:
    """Return the outcome of a poll that read a document, new or unchanged."""
    if contents is None:
        return Condition.OK
    if contents.error:
        return Condition.ERROR_ITEMS
    return Condition.OK if contents.entries else Condition.EMPTY


def observe(
    after: FeedState, outcome: Condition, *, now: datetime, contents: Contents | None = None
) -> FeedState:
    """Return the state of a feed with the condition that follows from a poll.

    Args:
        after: the state after the poll, with the health before it.
        outcome: of this poll; one of those in `_LETTERS`.
        now: the time of the poll.
        contents: of the document; None if it is unchanged or no feed.

    """
    before = after.profile.health
    is_good = outcome in (Condition.OK, Condition.SLOW)
    known = contents or before.contents
    seen = replace(
        before,
        recent=(before.recent + _LETTERS[outcome])[-RECENT_POLLS:],
        troubled_at=None if is_good else before.troubled_at or now,
        gone_at=(before.gone_at or now) if outcome is Condition.GONE else None,
        contents=known,
        has_had_entries=before.has_had_entries or bool(known and known.entries),
    )
    watched = replace(after, profile=replace(after.profile, health=seen))
    condition, since_at = _Judge(state=watched, health=seen, now=now).judge()
    if condition is before.condition and condition is not Condition.FROZEN:
        since_at = before.since_at
    if (condition, since_at) == (seen.condition, seen.since_at):
        return watched
    health = replace(seen, condition=condition, since_at=since_at)
    return replace(watched, profile=replace(watched.profile, health=health))


def quiet_since(state: FeedState) -> datetime | None:
    """Return when the latest entry came, as far as known: by our clock, or by its date."""
    if _has_arrivals(state):
        return state.last_new_at
    contents = state.profile.health.contents
    known = [state.last_new_at, contents.newest_at if contents else None]
    return min(filter(None, known), default=state.baseline_at)


def measure_pause(before: FeedState, *, until_at: datetime) -> FeedHealth:
    """Return the health of a feed after a new entry came, with the pause before it.

    Args:
        before: the state before the poll.
        until_at: the end of the pause. A time in which the feed was not read is none.

    """
    health, since_at = before.profile.health, quiet_since(before)
    if since_at is None or until_at - since_at < _usual_pause(health, since_at):
        return health
    return replace(health, quiet_for=until_at - since_at, quiet_at=until_at)


def quiet_limit(state: FeedState, *, now: datetime) -> timedelta:
    """Return the time without a new entry after which a feed is frozen or stale."""
    health = state.profile.health
    written = health.contents.longest_gap if health.contents else None
    usual = max(_usual_pause(health, quiet_since(state) or now), written or timedelta(0))
    if not _has_arrivals(state):
        least = STALE_AT_LEAST
    elif now - (state.baseline_at or now) < QUIET_KNOWN_AFTER:
        least = QUIET_UNKNOWN
    else:
        least = QUIET_AT_LEAST
    return min(max(least, QUIET_FACTOR * usual), QUIET_AT_MOST)


def flapping_failures(health: FeedHealth) -> int:
    """Return the number of failed polls among the latest ones."""
    return sum(letter not in _READ for letter in health.recent[-FLAPPING_POLLS:])


def _usual_pause(health: FeedHealth, at: datetime) -> timedelta:
    """Return the longest pause before a time; an old one counts for less."""
    if health.quiet_at is None:
        return timedelta(0)
    age = max(at - health.quiet_at, timedelta(0))
    return health.quiet_for * float(0.5 ** (age / QUIET_HALF_LIFE))


def _has_arrivals(state: FeedState) -> bool:
    """Return True if an entry came after the first fetch, so that our clock knows the latest."""
    if state.last_new_at is None or state.baseline_at is None:
        return False
    return state.last_new_at > state.baseline_at


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """The observations after a poll; the first condition that holds is the condition."""

    state: FeedState
    health: FeedHealth
    now: datetime

    def judge(self) -> tuple[Condition, datetime | None]:
        """Return the condition and its start."""
        found = self._failed() or self._silent() or self._remark()
        return found or (Condition.OK, None)

    # ------------------------------------------------------------ no document

    def _failed(self) -> tuple[Condition, datetime | None] | None:
        state, health = self.state, self.health
        since_at = health.troubled_at or health.since_at
        if is_broken(failures=state.failures, last_ok_at=state.last_ok_at, now=self.now):
            return self._kind_of_failure(), since_at
        is_over = all(letter in _READ for letter in health.recent[-GOOD_POLLS:])
        if health.condition in FAILED and not is_over:
            return health.condition, health.since_at
        return None

    def _kind_of_failure(self) -> Condition:
        """Return the most frequent failure of the last polls; of several, the latest."""
        failures = [letter for letter in reversed(self.health.recent) if letter not in _READ]
        counts = Counter(failures[:BROKEN_AFTER_FAILURES])
        return _OUTCOMES[counts.most_common(1)[0][0]]

    # ------------------------------------------------------------ a document without news

    def _silent(self) -> tuple[Condition, datetime | None] | None:
        return self._without_news() or self._quiet()

    def _without_news(self) -> tuple[Condition, datetime | None] | None:
        """Find a document without entries, or with an error message as its only entry."""
        health = self.health
        outcome, is_held = outcome_of(health.contents), health.condition is Condition.EMPTIED
        if outcome is Condition.OK or health.troubled_at is None:
            return None
        lasted = self.now - health.troubled_at
        polls = len(health.recent) - len(health.recent.rstrip(_LETTERS[outcome]))
        has_begun = polls >= BROKEN_AFTER_FAILURES and lasted >= EMPTIED_AFTER
        if outcome is Condition.ERROR_ITEMS:
            return (outcome, health.troubled_at) if has_begun else None
        if health.has_had_entries:
            return (Condition.EMPTIED, health.troubled_at) if has_begun or is_held else None
        return None

    def _quiet(self) -> tuple[Condition, datetime | None] | None:
        since_at = quiet_since(self.state)
        if since_at is None or self.now - since_at < QUIET_AT_LEAST:
            return None
        if self.now - since_at < quiet_limit(self.state, now=self.now):
            return None
        return (Condition.FROZEN if _has_arrivals(self.state) else Condition.STALE), since_at

    # ------------------------------------------------------------ worth a remark

    def _remark(self) -> tuple[Condition, datetime | None] | None:
        return next((found for found, holds in self._remarks() if holds), None)

    def _remarks(self) -> Iterator[tuple[tuple[Condition, datetime | None], bool]]:
        health, distrust = self.health, self.state.distrust
        yield (Condition.FLAPPING, self.now), self._is_flapping()
        if distrust is not None:
            yield (Condition.LYING, distrust.since_at), distrust.until_at > self.now
        move = self.state.profile.move
        if move is not None and move.adopted_at is not None:
            yield (Condition.MOVED, move.since_at), True
        if health.troubled_at is not None and not health.has_had_entries:
            lasted = self.now - health.troubled_at
            yield (Condition.EMPTY, health.troubled_at), lasted >= EMPTY_AFTER
        yield (Condition.UNDATED, self.now), self._is_undated()
        yield (Condition.SLOW, self.now), self._is_slow()

    def _is_flapping(self) -> bool:
        """Return True if several failures lie between good polls."""
        recent = self.health.recent[-FLAPPING_POLLS:]
        failures = sum(not is_read for is_read, _ in groupby(recent, key=_READ.__contains__))
        is_held = self.health.condition is Condition.FLAPPING
        return failures >= (2 if is_held else FLAPPING_FAILURES)

    def _is_undated(self) -> bool:
        contents, is_held = self.health.contents, self.health.condition is Condition.UNDATED
        if contents is None or contents.entries < UNDATED_ENTRIES:
            return is_held
        share = contents.undated / contents.entries
        return share > (UNDATED_ENDS if is_held else UNDATED_BEGINS)

    def _is_slow(self) -> bool:
        slow = self.health.recent[-SLOW_POLLS:].count(_LETTERS[Condition.SLOW])
        return slow > SLOW_ENDS if self.health.condition is Condition.SLOW else slow >= SLOW_BEGINS
