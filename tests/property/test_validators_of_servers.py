"""Weeks of polls of honest and lying servers, at random times with random changes."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOON, make_entry, make_feed, seen_feed_state
from straitwatch.core.feed_outcome import FeedOutcome
from straitwatch.core.model import (
    NO_VALIDATORS,
    FeedState,
    Fetched,
    NotModified,
    ParsedDocument,
    PollPolicy,
    Validators,
)
from straitwatch.core.validators import are_repeated, is_suspect, validators_to_send

FEED, POLICY = make_feed(), PollPolicy(interval=timedelta(minutes=50))
DAY = timedelta(days=1)
DOCUMENT = ParsedDocument(format="rss20", entries=(make_entry(),))


@dataclass
class Server:
    """A document that changes; a liar answers 304 to every conditional request."""

    is_liar: bool
    has_constant_etag: bool = False
    version: int = 0

    @property
    def validators(self) -> Validators:
        return Validators(etag='"v"' if self.has_constant_etag else f'"{self.version}"')

    def answer(self, sent: Validators) -> Fetched | NotModified:
        if sent and (self.is_liar or sent == self.validators):
            return NotModified(validators=sent)
        return Fetched(
            url=FEED.url,
            status=200,
            body=b"",
            content_type="",
            validators=self.validators,
            body_hash=str(self.version).encode(),
        )


def poll(state: FeedState, server: Server, outcome: FeedOutcome) -> FeedState:
    """Poll once, in the order of `pipeline.poll`."""
    now, sent = outcome.now, validators_to_send(state, outcome.now)
    match server.answer(sent):
        case NotModified() as result:
            return outcome.unchanged("not_modified", result)
        case Fetched() as result if result.body_hash == state.body_hash:
            return outcome.unchanged("unchanged", result)
        case Fetched() as result:
            is_wrong = are_repeated(state, result.validators, now) or (
                is_suspect(state, sent, now)
                and isinstance(server.answer(state.validators), NotModified)
            )
            return outcome.parsed(result, DOCUMENT, new=["n1"], has_wrong_validators=is_wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The states after all polls, and the delay with which each change was read."""

    states: list[FeedState]
    whole: list[timedelta]  # between two requests without validators
    delays: list[timedelta]


def run(server: Server, seed: int, *, changes: float = 0.05, days: int = 40) -> Run:
    """Poll for some days; `changes` is the share of polls before which the document changes."""
    random = Random(seed)
    state, now = seen_feed_state(FEED), NOON
    changed_at, whole_at = None, NOON
    ran = Run(states=[], whole=[], delays=[])
    while now < NOON + days * DAY:
        if random.random() < changes:
            server.version += 1
            changed_at = changed_at or now
        if validators_to_send(state, now) == NO_VALIDATORS:
            ran.whole.append(now - whole_at)
            whole_at = now
        outcome = FeedOutcome(
            feed=FEED, state=state, policy=POLICY, now=now, jitter=random.random()
        )
        state = poll(state, server, outcome)
        if changed_at and state.body_hash == str(server.version).encode():
            ran.delays.append(now - changed_at)
            changed_at = None
        ran.states.append(state)
        assert state.next_due_at is not None
        now = state.next_due_at
    return ran


seeds = st.integers(0, 2**32)


@settings(max_examples=5, deadline=None)
@given(seed=seeds)
def test_honest_server_is_never_distrusted_and_each_change_is_read_at_once(seed: int) -> None:
    ran = run(Server(is_liar=False), seed)

    assert all(state.distrust is None for state in ran.states)
    assert max(ran.delays) == timedelta(0)


@settings(max_examples=5, deadline=None)
@given(seed=seeds)
def test_server_that_never_changes_is_asked_for_the_whole_document_once_a_day(seed: int) -> None:
    first, *waits = run(Server(is_liar=False), seed, changes=0).whole

    assert first == timedelta(0)
    assert timedelta(hours=18) < min(waits) <= max(waits) <= DAY


@pytest.mark.parametrize("has_constant_etag", [True, False])
@settings(max_examples=5, deadline=None)
@given(seed=seeds)
def test_lying_server_delays_a_change_by_a_day_at_most_and_ever_more_rarely(
    has_constant_etag: bool, seed: int
) -> None:
    ran = run(Server(is_liar=True, has_constant_etag=has_constant_etag), seed)

    assert any(state.distrust for state in ran.states)
    assert max(ran.delays) <= DAY
    finds = {state.distrust.found_at for state in ran.states if state.distrust}
    assert len(finds) <= (1 if has_constant_etag else 3)
