"""Works out the state of a feed after a poll: validators, failures and the next due time."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from straitwatch.core.arrivals import count_arrivals, first_arrivals
from straitwatch.core.backfill import start_backfill
from straitwatch.core.baseline import is_first_fetch_over, was_cut_off
from straitwatch.core.blind_windows import is_blind, is_overrun, time_running
from straitwatch.core.feed_condition import is_gone, measure_pause, observe, outcome_of
from straitwatch.core.intervals import (
    NO_DEMAND,
    NO_HINTS,
    Demand,
    ServerHints,
    choose_interval,
    hints_of,
    next_poll_at,
    observe_turnover,
    with_hints,
)
from straitwatch.core.model import (
    NO_VALIDATORS,
    Arrivals,
    BlindCause,
    BlindWindow,
    Condition,
    Contents,
    Distrust,
    Feed,
    FeedProfile,
    FeedState,
    Fetched,
    FetchFailed,
    FetchFailure,
    NotModified,
    ParsedDocument,
    ParseProblem,
    PollInterval,
    PollPolicy,
    Turnover,
    Validators,
)
from straitwatch.core.moves import doubt_move, move_after
from straitwatch.core.policy import GONE_INTERVAL, SLOW_ANSWER
from straitwatch.core.validators import (
    distrust_after,
    first_whole_document_at,
    next_whole_document_at,
)
from straitwatch.core.websub import find_offer

GONE_JITTER = 0.1  # of the interval, earlier, so that polls drift apart

_FAILURES = {
    FetchFailure.BLOCKED: Condition.BLOCKED,
    FetchFailure.GONE: Condition.GONE,
    FetchFailure.TOO_LARGE: Condition.TOO_LARGE,
    FetchFailure.TRUNCATED: Condition.CUT_OFF,
}
_PROBLEMS = {ParseProblem.TOO_LARGE: Condition.TOO_LARGE}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOutcome:
    """A poll of a feed; each method returns the feed's next state after one outcome of the poll."""

    feed: Feed
    state: FeedState  # before the poll
    policy: PollPolicy
    now: datetime
    jitter: float  # in [0, 1)
    sent: Validators = NO_VALIDATORS  # with the request
    demand: Demand = NO_DEMAND

    def unchanged(self, outcome: str, result: Fetched | NotModified) -> FeedState:
        """Return the state after a document without changes; a 304 need not repeat validators."""
        body_hash = result.body_hash if isinstance(result, Fetched) else self.state.body_hash
        validators = result.validators or self.state.validators
        after = self._good(outcome, validators, body_hash, detail=result.remark)
        after = replace(after, profile=self._moved(after.profile, result))
        after = self._not_modified(after) if isinstance(result, NotModified) else after
        after = self._paced(after, result.max_age)
        return self._observe(after, self._outcome_of(self.state.profile.health.contents, result))

    def _not_modified(self, after: FeedState) -> FeedState:
        """Keep the time at which the whole document is due, and note since when it was not sent."""
        due_at = self.state.whole_due_at or first_whole_document_at(self.now, self.jitter)
        since_at = self.state.unmodified_since_at or self.now
        return replace(after, whole_due_at=due_at, unmodified_since_at=since_at)

    def parsed(
        self,
        fetched: Fetched,
        document: ParsedDocument,
        *,
        new: Collection[str],
        matched: int = 0,
        has_wrong_validators: bool = False,
    ) -> FeedState:
        """Return the state after a document was parsed, whole or in part.

        Args:
            fetched: the response.
            document: its entries.
            new: the ids of the new entries.
            matched: those of them on which a watch-list fired.
            has_wrong_validators: True if the validators do not change with the entries. If that
                was not known, nothing was read since the first 304.

        """
        is_cut_off = document.problem is ParseProblem.TRUNCATED
        after = self._cut_off(document) if is_cut_off else self._whole(fetched, document)
        is_over = is_first_fetch_over(self.state, document)
        has_overlap = not (is_cut_off or is_overrun(document.entries, new))
        distrust = distrust_after(self.state, self.now, are_wrong=has_wrong_validators)
        is_found = distrust is not None and distrust.found_at == self.now
        push = find_offer(fetched.links, in_document=document.push, document_url=fetched.url)
        window = None  # a document that was cut off leaves it to the next whole one
        if is_found or not is_cut_off:
            window = self._window(distrust if is_found else None, has_overlap=has_overlap)
        profile = self._learn(document, new=len(new), matched=matched)
        backfill = start_backfill(
            profile.backfill, window, older=document.older_url, site=fetched.url
        )
        after = replace(
            after,
            distrust=distrust,
            blind=window,
            last_new_at=self.now if new else self.state.last_new_at,
            baseline_at=(self.state.baseline_at or self.now) if is_over else None,
            profile=self._moved(replace(profile, push=push, backfill=backfill), fetched),
        )
        after = self._paced(after, None if is_cut_off else fetched.max_age)
        found = Condition.CUT_OFF if is_cut_off else self._outcome_of(document.contents, fetched)
        return self._observe(after, found, document.contents)

    def _learn(self, document: ParsedDocument, *, new: int, matched: int) -> FeedProfile:
        """Count the new entries, and note how many of the known ones are still listed."""
        profile, is_first = self.state.profile, self.state.baseline_at is None
        if is_first:
            arrivals = self._first_arrivals(document, matched)
        else:
            arrivals = count_arrivals(profile.arrivals, new=new, matched=matched, now=self.now)
        is_whole = document.problem is None
        turnover = self._turnover(document, new) if is_whole else profile.turnover
        health = profile.health
        if new and not is_first:
            health = measure_pause(self.state, until_at=self._blind_since() or self.now)
        hints = document.hints if is_whole else profile.hints
        is_cut_off = document.problem is ParseProblem.TRUNCATED
        return replace(
            profile,
            arrivals=arrivals,
            turnover=turnover,
            health=health,
            hints=hints,
            cut_since_at=self.state.last_whole_at if is_cut_off else None,
        )

    def _moved(self, profile: FeedProfile, result: Fetched | NotModified) -> FeedProfile:
        before, asked, moved_to = self.state.profile.move, result.asked, result.moved_to
        move = move_after(before, asked=asked, moved_to=moved_to, now=self.now)
        return replace(profile, move=move)

    def _first_arrivals(self, document: ParsedDocument, matched: int) -> Arrivals:
        """Take the entries of an archive for arrivals of the times at which they were published."""
        dates = [entry.published_at for entry in document.entries if entry.published_at]
        share = matched / max(len(document.entries), 1)
        return first_arrivals(dates, matched_share=share, now=self.now)

    def _turnover(self, document: ParsedDocument, new: int) -> Turnover:
        last, is_first = self.state.last_ok_at, self.state.baseline_at is None
        return observe_turnover(
            self.state.profile.turnover,
            entries=len(document.entries),
            new=0 if is_first else new,
            elapsed=self.now - (last or self.now),
            now=self.now,
        )

    def _observe(
        self, after: FeedState, outcome: Condition, contents: Contents | None = None
    ) -> FeedState:
        return observe(after, outcome, now=self.now, contents=contents)

    def _outcome_of(self, contents: Contents | None, result: Fetched | NotModified) -> Condition:
        is_slow = result.seconds >= SLOW_ANSWER.total_seconds()
        found = outcome_of(contents)
        return Condition.SLOW if is_slow and found is Condition.OK else found

    def _whole(self, fetched: Fetched, document: ParsedDocument) -> FeedState:
        return self._good(
            document.problem or "ok",
            fetched.validators,
            fetched.body_hash,
            detail="; ".join(filter(None, (document.detail, fetched.remark))),
        )

    def _cut_off(self, document: ParsedDocument) -> FeedState:
        """Ask for the whole document next time, and count the polls that were cut off."""
        cut_before = self.state.failures if was_cut_off(self.state) else 0
        after = self._good(ParseProblem.TRUNCATED, NO_VALIDATORS, b"", detail=document.detail)
        return replace(after, failures=cut_before + 1)

    def failed(self, result: FetchFailed) -> FeedState:
        """Return the state after a failed fetch."""
        hints = ServerHints(retry_after=result.retry_after)
        after = self._bad(result.kind, result.detail, hints)
        after = self._observe(after, _FAILURES.get(result.kind, Condition.FAILING))
        if not is_gone(after, self.now):
            return after
        wait = GONE_INTERVAL * (1 - GONE_JITTER * self.jitter)
        return replace(after, next_due_at=self.now + wait)

    def broken(self, error: Exception) -> FeedState:
        """Return the state after a poll that failed inside Straitwatch."""
        after = self._bad("error", f"{type(error).__name__}: {error}"[:300])
        return self._observe(after, Condition.FAILING)

    def unreadable(self, document: ParsedDocument) -> FeedState:
        """Return the state after a document that is no feed; the validators do not change."""
        problem = document.problem or ParseProblem.NOT_A_FEED
        is_page = problem is ParseProblem.HTML
        found = document.page if is_page else _PROBLEMS.get(problem, Condition.UNREADABLE)
        return self._observe(self._bad(problem, document.detail), found)

    def _good(
        self,
        outcome: str,
        validators: Validators,
        body_hash: bytes,
        *,
        detail: str = "",
    ) -> FeedState:
        return replace(
            self.state,
            validators=validators,
            body_hash=body_hash,
            failures=0,
            blind=self._window(),
            last_polled_at=self.now,
            last_ok_at=self.now,
            last_outcome=str(outcome),
            last_detail=detail,
            whole_due_at=next_whole_document_at(self.now, self.jitter),
            unmodified_since_at=None,
            distrust=distrust_after(self.state, self.now, are_wrong=False),
            profile=replace(self.state.profile, cut_since_at=None),
        )

    def _paced(self, after: FeedState, max_age: timedelta | None) -> FeedState:
        """Return the state with its next due time and the interval that leads to it."""
        interval = self._interval(after)
        hints = hints_of(interval, after.profile, max_age=max_age)
        interval = with_hints(interval, hints)
        return replace(
            after,
            profile=replace(after.profile, interval=interval),
            next_due_at=self._next(interval, 0, hints),
        )

    def _window(
        self, distrust: Distrust | None = None, *, has_overlap: bool = True
    ) -> BlindWindow | None:
        """Return the blind window that this poll ends.

        It is filled if the document reaches back to the last poll: see `is_overrun`. A
        stop of Straitwatch is recorded once, and for a feed only if its document does not.
        """
        since_at = distrust.since_at if distrust else self.state.last_whole_at
        if since_at is None or self.state.baseline_at is None:
            return None
        cause = BlindCause.HIDDEN if distrust else self._cause(has_overlap=has_overlap)
        if cause is None:
            return None
        return BlindWindow(
            cause=cause,
            since_at=since_at,
            until_at=self.now,
            filled_at=self.now if has_overlap else None,
        )

    def _cause(self, *, has_overlap: bool) -> BlindCause | None:
        if self._is_blind_for(time_running(self.state, self.demand.stop, self.now)):
            return BlindCause.OUTAGE
        if has_overlap:
            return None
        return BlindCause.STOPPED if self._blind_since() else BlindCause.OVERRUN

    def _blind_since(self) -> datetime | None:
        """Return when the feed was last read whole if this poll ends a gap, for whatever reason."""
        last = self.state.last_whole_at
        return last if last and self._is_blind_for(self.now - last) else None

    def _is_blind_for(self, span: timedelta) -> bool:
        return is_blind(self.feed, self.state, self.policy, blind_for=span)

    def _bad(self, outcome: str, detail: str, hints: ServerHints = NO_HINTS) -> FeedState:
        failures = 1 if was_cut_off(self.state) else self.state.failures + 1
        profile = self.state.profile
        return replace(
            self.state,
            failures=failures,
            blind=None,
            last_polled_at=self.now,
            last_outcome=str(outcome),
            last_detail=detail,
            next_due_at=self._next(self._interval(self.state), failures, hints),
            profile=replace(profile, move=doubt_move(profile.move, self.now)),
        )

    def _next(self, interval: PollInterval, failures: int, hints: ServerHints) -> datetime:
        return next_poll_at(
            interval,
            self.policy,
            failures=failures,
            hints=hints,
            now=self.now,
            jitter=self.jitter,
        )

    def _interval(self, state: FeedState) -> PollInterval:
        return choose_interval(self.feed, state, self.policy, demand=self.demand, now=self.now)
