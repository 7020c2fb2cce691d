"""When a feed's validators are sent, and until when wrong ones are not."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from builders import NOON, make_feed, seen_feed_state
from straitwatch.core.model import NO_VALIDATORS, Distrust, Validators
from straitwatch.core.policy import DISTRUST_FOR, MAX_DISTRUST, OUTAGE_AFTER
from straitwatch.core.validators import (
    are_repeated,
    describe_distrust,
    distrust_after,
    is_suspect,
    validators_to_send,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ETAG = Validators(etag='"1"', last_modified="Mon, 23 Nov 2026 11:00:00 GMT")
SEEN = replace(
    seen_feed_state(make_feed()),
    validators=ETAG,
    last_ok_at=NOON - HOUR,
    whole_due_at=NOON + HOUR,
    unmodified_since_at=NOON - DAY,
)
FOUND = Distrust(since_at=NOON - DAY, found_at=NOON, until_at=NOON + DISTRUST_FOR)
DISTRUSTED = replace(SEEN, distrust=FOUND)


def test_validators_are_sent_until_the_whole_document_is_due() -> None:
    assert validators_to_send(SEEN, NOON) == ETAG
    assert validators_to_send(SEEN, NOON + HOUR) == NO_VALIDATORS


def test_validators_are_not_sent_after_an_outage() -> None:
    silent = replace(SEEN, last_ok_at=NOON - OUTAGE_AFTER)

    assert validators_to_send(silent, NOON) == NO_VALIDATORS


def test_validators_are_not_sent_while_they_are_distrusted() -> None:
    state = replace(DISTRUSTED, last_ok_at=FOUND.until_at, whole_due_at=FOUND.until_at + DAY)

    assert validators_to_send(state, FOUND.until_at - HOUR) == NO_VALIDATORS
    assert validators_to_send(state, FOUND.until_at) == ETAG


@pytest.mark.parametrize(
    ("state", "sent", "expected"),
    [
        (SEEN, NO_VALIDATORS, True),
        (SEEN, ETAG, False),
        (replace(SEEN, unmodified_since_at=None), NO_VALIDATORS, False),
        (replace(SEEN, validators=NO_VALIDATORS), NO_VALIDATORS, False),
        (DISTRUSTED, NO_VALIDATORS, False),
    ],
    ids=["whole", "conditional", "no-304", "no-validators", "distrusted"],
)
def test_validators_are_suspect_if_a_304_may_have_hidden_a_change(state, sent, expected) -> None:
    assert is_suspect(state, sent, NOON) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (ETAG, True),
        (replace(ETAG, last_modified="another time"), True),
        (replace(ETAG, etag='"2"'), False),
        (NO_VALIDATORS, False),
    ],
)
def test_distrusted_validators_are_still_wrong_if_the_etag_repeats(given, expected) -> None:
    assert are_repeated(DISTRUSTED, given, NOON) is expected
    assert are_repeated(SEEN, given, NOON) is False


def test_wrong_validators_are_distrusted_for_a_week() -> None:
    assert distrust_after(SEEN, NOON, are_wrong=True) == FOUND


def test_distrust_lasts_a_week_longer_after_each_sign_that_validators_are_still_wrong() -> None:
    later = NOON + 3 * DAY

    after = distrust_after(DISTRUSTED, later, are_wrong=True)

    assert after == replace(FOUND, until_at=later + DISTRUST_FOR)


def test_distrust_lasts_longer_each_time_up_to_a_limit() -> None:
    state, spans = SEEN, []
    now = NOON
    for _ in range(5):
        distrust = distrust_after(state, now, are_wrong=True)
        assert distrust is not None
        spans.append((distrust.until_at - distrust.found_at).days)
        state, now = replace(state, distrust=distrust), distrust.until_at + DAY

    assert spans == [7, 14, 28, 56, MAX_DISTRUST.days]


def test_distrust_is_forgotten_after_validators_were_right_for_as_long() -> None:
    end = FOUND.until_at + DISTRUST_FOR

    assert distrust_after(DISTRUSTED, end - HOUR, are_wrong=False) == FOUND
    assert distrust_after(DISTRUSTED, end, are_wrong=False) is None


def test_distrust_is_described_in_local_time() -> None:
    assert describe_distrust(FOUND, ZoneInfo("Asia/Taipei")) == (
        "the server answered 304 (not modified) from 22 Nov 20:00 to 23 Nov 20:00 CST although "
        "entries had changed; until 30 Nov 20:00 CST, Straitwatch ignores its ETag and "
        "Last-Modified and requests the whole document"
    )
