"""Decides the next request for a page after each result."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from straitwatch.core.model import (
    Fetched,
    FetchFailed,
    FetchFailure,
    NotModified,
    PageOutcome,
    PagePolicy,
    PageState,
    PageTask,
    PageVersion,
)
from straitwatch.core.policy import (
    EDIT_LOOKS,
    HOST_REST,
    MAX_HOST_REST,
    MAX_PAGE_FAILURES,
    PAGE_RETRY_AFTER,
)

HOME_INSTEAD = FetchFailed(
    kind=FetchFailure.HTTP_CLIENT,
    status=HTTPStatus.NOT_FOUND,
    detail="redirected to the home page",
)
_REFUSALS = (FetchFailure.BLOCKED, FetchFailure.RATE_LIMITED)
_TRANSIENT = (
    FetchFailure.DNS,
    FetchFailure.CONNECT,
    FetchFailure.TIMEOUT,
    FetchFailure.RESET,
    FetchFailure.HTTP_SERVER,
    FetchFailure.TRUNCATED,
    *_REFUSALS,  # another host's pages come first, then this one is asked again
)
_PASSING = (PageOutcome.NO_TEXT, PageOutcome.UNREADABLE, PageOutcome.OTHER_PAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLook:
    """One request for a page: its state before, and the time."""

    state: PageState
    policy: PagePolicy
    now: datetime

    def read(self, fetched: Fetched, version: PageVersion) -> PageState:
        """Return the state after an article was read."""
        state = replace(
            self._finished(PageOutcome.READ), validators=fetched.validators, version=version
        )
        return self._scheduled(replace(state, looks=state.looks + 1, failures=0))

    def unchanged(self, result: NotModified) -> PageState:
        """Return the state after a 304."""
        state = replace(self._finished(PageOutcome.UNCHANGED), validators=result.validators)
        return self._scheduled(replace(state, looks=state.looks + 1, failures=0))

    def useless(self, outcome: PageOutcome, detail: str = "") -> PageState:
        """Return the state after a page without an article, or one that may not be fetched."""
        state = replace(self._finished(outcome, detail), failures=0)
        is_passing = outcome in _PASSING
        return self._scheduled(state) if is_passing else state

    def removed(self, detail: str) -> PageState:
        """Return the state after a confirmed removal: no request follows."""
        return replace(self._finished(PageOutcome.MISSING, detail), failures=0)

    def failed(self, failure: FetchFailed) -> PageState:
        """Return the state after a failed request."""
        if is_missing(failure):
            state = self._finished(PageOutcome.MISSING, failure.detail)
            retries = state.task is PageTask.EDITS and state.version is not None
        else:
            state = self._finished(failure.kind, failure.detail)
            retries = failure.kind in _TRANSIENT
        state = replace(state, failures=state.failures + 1, rest_until=self._rest(failure))
        return self._tried_again(state) if retries else state

    def crashed(self) -> PageState:
        """Return the state after a look that ended with an error of ours."""
        state = self._finished(PageOutcome.CRASHED)
        return self._tried_again(replace(state, failures=state.failures + 1))

    def _tried_again(self, state: PageState) -> PageState:
        if state.failures >= MAX_PAGE_FAILURES:
            return self._scheduled(state)
        return replace(state, due_at=self.now + PAGE_RETRY_AFTER)

    def _rest(self, failure: FetchFailed) -> datetime | None:
        """Return the time until which the host is left alone."""
        if failure.kind not in _REFUSALS and failure.retry_after is None:
            return None
        return self.now + min(max(failure.retry_after or timedelta(0), HOST_REST), MAX_HOST_REST)

    def _finished(self, outcome: str, detail: str = "") -> PageState:
        return replace(self.state, outcome=outcome, detail=detail, due_at=None, fetched_at=self.now)

    def _scheduled(self, state: PageState) -> PageState:
        """Return the state with the time of the next look, if the page is still watched."""
        if state.task is not PageTask.EDITS:
            return state
        return replace(
            state, due_at=next_look(state.asked_at, after=self.now, within=self.policy.watch_edits)
        )


def leads_home(asked: str, final: str) -> bool:
    """Return True if a page was redirected to the home page, as sites do with removed articles."""
    return urlsplit(final).path in ("", "/") and urlsplit(asked).path not in ("", "/")


def is_missing(failure: FetchFailed) -> bool:
    """Return True if the server says that the page does not exist."""
    return failure.kind is FetchFailure.GONE or failure.status == HTTPStatus.NOT_FOUND


def is_confirmed(state: PageState, failure: FetchFailed) -> bool:
    """Return True if a missing page was read before, and is gone for good.

    A 404 must be repeated an hour later, because servers answer it during a deployment too.
    """
    if state.version is None or not is_missing(failure):
        return False
    return failure.kind is FetchFailure.GONE or state.outcome == PageOutcome.MISSING


def next_look(asked_at: datetime, *, after: datetime, within: timedelta) -> datetime | None:
    """Return the time of the next look at the page of an alert; None after the last one."""
    times = (asked_at + wait for wait in EDIT_LOOKS if wait <= within)
    return next((at for at in times if at > after), None)
