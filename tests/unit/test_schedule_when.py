"""When to send again, and single days on which the clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON
from straitwatch.core.model import (
    Delivery,
    DeliveryState,
    DigestPlan,
    DriverKind,
    EditJob,
    Frozen,
    NextStep,
    NoticeFacts,
    Outcome,
    QuietHours,
    SendResult,
    Severity,
)
from straitwatch.core.schedule import (
    Attempt,
    after_attempt,
    after_edit,
    due_digest,
    held_until,
    local_instant,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
chances = st.floats(0, 1, exclude_max=True)
waits = st.none() | st.timedeltas(timedelta(0), timedelta(days=40))

# ---------------------------------------------------------------- deliveries


def step_after(outcome: Outcome, **values: Any) -> NextStep:
    result = SendResult(
        outcome=outcome,
        code=values.pop("code", ""),
        retry_after=values.pop("retry_after", None),
    )
    filled: dict[str, Any] = {
        "number": values.pop("attempt", 1),
        "driver": DriverKind.SLACK_WEBHOOK,
        "on_unsure": "resend",
        "created_at": NOON,
        "give_up_at": NOON + 24 * HOUR,
    }
    now, jitter = values.pop("now", NOON), values.pop("jitter", 1.0)
    return after_attempt(result, Attempt(**(filled | values)), now=now, jitter=jitter)


def wait_after(outcome: Outcome, **values: Any) -> timedelta:
    not_before = step_after(outcome, **values).not_before
    assert not_before is not None
    return not_before - NOON


def wait_of_edit(outcome: Outcome, *, attempt: int = 1, **values: Any) -> timedelta | None:
    job = EditJob(
        delivery=Delivery(id="d1", alert_id="a1", receiver="desk"),
        facts=NoticeFacts(title="-"),
        frozen=Frozen(body=b"{}", content_type="application/json"),
        edited_at=NOON,
    )
    result = SendResult(outcome=outcome, retry_after=values.get("retry_after"))
    asked_at = values.get("asked_at", NOON)
    due_at = after_edit(job, result, attempt, asked_at=asked_at, now=NOON)
    return due_at - NOON if due_at else None


@pytest.mark.parametrize(
    ("outcome", "values", "wait"),
    [
        (Outcome.DELIVERED, {}, None),
        (Outcome.PERMANENT, {}, None),
        (Outcome.UNSURE, {}, timedelta(seconds=3)),
        (Outcome.UNSURE, {"attempt": 99}, 10 * MINUTE),
        (Outcome.RETRY, {"retry_after": 7 * MINUTE}, 7 * MINUTE),
        (Outcome.RECEIVER_BROKEN, {"attempt": 99}, HOUR),
        (Outcome.RETRY, {"asked_at": NOON - 25 * HOUR}, None),
    ],
)
def test_edit_is_made_again_for_a_day_unless_slack_refuses_it(
    outcome: Outcome, values: dict[str, Any], wait: timedelta | None
) -> None:
    assert wait_of_edit(outcome, **values) == wait


def test_accepted_message_is_delivered() -> None:
    assert step_after(Outcome.DELIVERED).state is DeliveryState.DELIVERED


def test_refused_message_is_dead_at_once() -> None:
    step = step_after(Outcome.PERMANENT)

    assert (step.state, step.reason) == (DeliveryState.DEAD, "refused")


def test_revoked_webhook_is_not_tried_for_a_day() -> None:
    step = step_after(Outcome.RECEIVER_BROKEN, code="no_service")

    assert step.receiver_hold_until == NOON + 24 * HOUR
    assert step.receiver_hold_reason == "receiver_refused"
    assert step.state is DeliveryState.PENDING


@pytest.mark.parametrize(
    ("driver", "minutes"),
    [
        (DriverKind.SLACK_WEBHOOK, [0.25, 0.5, 1, 2, 4, 8, 10, 10]),
        (DriverKind.SLACK_BOT, [0.25, 0.5, 1, 2, 4, 8, 10, 10]),
        (DriverKind.SMTP, [1, 5, 10, 20, 30, 30, 30, 30]),
        (DriverKind.APPRISE, [0.5, 1, 2, 4, 8, 16, 30, 30]),
    ],
)
def test_each_driver_has_its_own_patience(driver: str, minutes: list[float]) -> None:
    found = [wait_after(Outcome.RETRY, driver=driver, attempt=n) / MINUTE for n in range(1, 9)]

    assert found == minutes


def test_chance_shortens_a_retry_by_half_at_most() -> None:
    assert wait_after(Outcome.RETRY, jitter=0.0) == timedelta(seconds=7.5)


def test_rate_limit_holds_the_receiver_not_only_the_message() -> None:
    step = step_after(Outcome.RETRY, code="429", retry_after=90 * timedelta(seconds=1), jitter=0.0)

    assert step.state is DeliveryState.PENDING
    assert step.not_before == step.receiver_hold_until == NOON + 1.5 * MINUTE
    assert step.receiver_hold_reason == "rate_limited"


def test_rate_limit_without_a_time_holds_half_a_minute_and_a_long_one_an_hour() -> None:
    assert wait_after(Outcome.RETRY, code="429") == timedelta(seconds=30)
    assert wait_after(Outcome.RETRY, retry_after=timedelta(days=3)) == HOUR


def test_ordinary_retry_does_not_hold_other_messages() -> None:
    assert step_after(Outcome.RETRY, code="503").receiver_hold_until is None


def test_broken_receiver_is_probed_less_and_less() -> None:
    steps = [step_after(Outcome.RECEIVER_BROKEN, attempt=n) for n in range(1, 6)]

    holds = [step.receiver_hold_until - NOON for step in steps if step.receiver_hold_until]
    assert [hold / MINUTE for hold in holds] == [1, 5, 15, 60, 60]
    assert {step.state for step in steps} == {DeliveryState.PENDING}
    assert {step.receiver_hold_reason for step in steps} == {"receiver_broken"}


def test_unanswered_webhook_is_retried_soon_without_holding_others() -> None:
    step = step_after(Outcome.UNSURE, jitter=0.0)

    assert (step.state, step.not_before) == (DeliveryState.PENDING, NOON + MINUTE / 2)
    assert step.receiver_hold_until is None


def test_webhook_that_stays_unanswered_costs_the_receiver_and_not_the_message() -> None:
    steps = [step_after(Outcome.UNSURE, unsure_count=n, attempt=n + 1) for n in range(1, 6)]

    holds = [step.receiver_hold_until - NOON for step in steps if step.receiver_hold_until]
    assert [hold / MINUTE for hold in holds] == [1, 5, 15, 60, 60]
    assert {(step.state, step.reason) for step in steps} == {(DeliveryState.PENDING, "unanswered")}


def test_unanswered_bot_post_is_looked_up_soon() -> None:
    assert wait_after(Outcome.UNSURE, driver=DriverKind.SLACK_BOT) == timedelta(seconds=5)
    assert step_after(
        Outcome.UNSURE, driver=DriverKind.SLACK_BOT, attempt=3, unsure_count=2
    ).not_before


def test_unanswered_mail_goes_again_with_the_patience_of_mail() -> None:
    assert (
        wait_after(Outcome.UNSURE, driver=DriverKind.SMTP, attempt=2, unsure_count=1) == 5 * MINUTE
    )


@pytest.mark.parametrize("driver", [DriverKind.SLACK_WEBHOOK, DriverKind.SMTP, DriverKind.APPRISE])
def test_receiver_with_on_unsure_hold_gets_no_repeat(driver: str) -> None:
    step = step_after(Outcome.UNSURE, driver=driver, on_unsure="hold")

    assert (step.state, step.reason) == (DeliveryState.DEAD, "unanswered")


def test_bot_that_can_look_up_messages_is_not_held() -> None:
    step = step_after(Outcome.UNSURE, driver=DriverKind.SLACK_BOT, on_unsure="hold")

    assert step.state is DeliveryState.PENDING


def test_last_attempt_is_made_at_the_end_of_the_term() -> None:
    limit = NOON + 24 * HOUR
    before = step_after(Outcome.RETRY, attempt=50, now=limit - MINUTE)
    after = step_after(Outcome.RETRY, attempt=51, now=limit)

    assert before.not_before == limit
    assert (after.state, after.reason) == (DeliveryState.DEAD, "gave_up")
    assert after.not_before is None


@pytest.mark.parametrize(
    ("driver", "hours"),
    [(DriverKind.SLACK_WEBHOOK, 24), (DriverKind.APPRISE, 24), (DriverKind.SMTP, 48)],
)
def test_mail_gets_two_days_and_everything_else_one(driver: str, hours: int) -> None:
    arguments: dict[str, Any] = {"driver": driver, "give_up_at": None}
    limit = NOON + hours * HOUR

    early = step_after(Outcome.RETRY, now=limit - MINUTE, **arguments)
    late = step_after(Outcome.RETRY, now=limit, **arguments)

    assert (early.state, late.state) == (DeliveryState.PENDING, DeliveryState.DEAD)


def test_giving_up_on_a_message_still_holds_its_broken_receiver() -> None:
    step = step_after(Outcome.RECEIVER_BROKEN, now=NOON + 25 * HOUR)

    assert step.state is DeliveryState.DEAD
    assert step.receiver_hold_until is not None


@given(
    outcome=st.sampled_from(Outcome),
    attempt=st.integers(1, 10_000),
    unsure_count=st.integers(0, 3),
    driver=st.sampled_from(DriverKind),
    age=st.timedeltas(timedelta(0), timedelta(days=3)),
    jitter=chances,
    retry_after=waits,
)
def test_every_attempt_ends_in_a_final_state_or_a_later_moment(
    *,
    outcome: Outcome,
    attempt: int,
    unsure_count: int,
    driver: str,
    age: timedelta,
    jitter: float,
    retry_after: timedelta | None,
) -> None:
    now = NOON + age

    step = step_after(
        outcome,
        attempt=attempt,
        unsure_count=unsure_count,
        driver=driver,
        jitter=jitter,
        retry_after=retry_after,
        now=now,
    )

    if step.state is DeliveryState.PENDING:
        assert step.not_before is not None
        assert now < step.not_before <= NOON + 24 * HOUR
    else:
        assert step.state in (DeliveryState.DELIVERED, DeliveryState.DEAD)
        assert step.not_before is None
    assert step.reason


# ---------------------------------------------------------------- days on which the clock changes


def instant(zone: str, day: str, at: str) -> str:
    found = local_instant(date.fromisoformat(day), time.fromisoformat(at), ZoneInfo(zone))
    assert found is not None
    return found.isoformat().removesuffix(":00+00:00")


def test_time_that_the_clock_skips_comes_when_it_skips() -> None:
    assert instant("America/New_York", "2025-03-09", "02:30") == "2025-03-09T07:00"
    assert instant("America/Santiago", "2025-09-07", "00:00") == "2025-09-07T04:00"
    assert instant("Australia/Lord_Howe", "2025-10-05", "02:15") == "2025-10-04T15:30"


def test_time_that_the_clock_shows_twice_comes_the_first_time() -> None:
    assert instant("America/New_York", "2025-11-02", "01:30") == "2025-11-02T05:30"
    assert instant("Europe/London", "2025-10-26", "01:30") == "2025-10-26T00:30"


def test_day_that_is_skipped_whole_has_no_time() -> None:
    assert local_instant(date(2011, 12, 30), time(7, 30), ZoneInfo("Pacific/Apia")) is None


# ---------------------------------------------------------------- digests and quiet hours

MORNING = DigestPlan(name="morning", at=(time(7, 30),), timezone="Asia/Taipei")
SLOT = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # Monday, 07:30 in Taipei


def test_digest_is_not_due_between_its_times() -> None:
    assert due_digest(MORNING, last_until=SLOT, now=SLOT + 23 * HOUR) is None


def test_digest_that_was_never_sent_waits_for_its_next_slot() -> None:
    assert due_digest(MORNING, last_until=None, now=SLOT + HOUR) is None

    window = due_digest(MORNING, last_until=None, now=SLOT + MINUTE)

    assert window is not None
    assert (window.since_at, window.until_at) == (SLOT - 24 * HOUR, SLOT)


def test_first_window_begins_where_the_digest_was_first_seen() -> None:
    installed_at = SLOT - 2 * HOUR

    window = due_digest(MORNING, last_until=installed_at, now=SLOT)

    assert window is not None
    assert (window.since_at, window.until_at, window.is_late) == (installed_at, SLOT, False)


def test_missed_digests_come_as_one_that_says_it_is_late() -> None:
    window = due_digest(MORNING, last_until=SLOT - 72 * HOUR, now=SLOT + HOUR)

    assert window is not None
    assert (window.since_at, window.until_at) == (SLOT - 72 * HOUR, SLOT)
    assert window.is_late


def test_weekly_digest_comes_on_its_day_only() -> None:
    weekly = DigestPlan(name="week", at=(time(7, 30),), timezone="Asia/Taipei", days=(0,))

    window = due_digest(weekly, last_until=SLOT - 100 * HOUR, now=SLOT + 50 * HOUR)

    assert window is not None
    assert window.until_at == SLOT


def test_digest_without_days_never_comes() -> None:
    never = DigestPlan(name="never", at=(time(7, 30),), timezone="UTC", days=())

    assert due_digest(never, last_until=SLOT - 100 * HOUR, now=SLOT) is None


def test_moving_a_digest_earlier_does_not_send_it_twice_that_day() -> None:
    earlier = DigestPlan(name="morning", at=(time(6, 0),), timezone="Asia/Taipei")

    assert due_digest(earlier, last_until=SLOT, now=SLOT + HOUR) is None


def test_clock_that_goes_back_sends_no_digest_again() -> None:
    assert due_digest(MORNING, last_until=SLOT, now=SLOT - 48 * HOUR) is None


def make_quiet(**values: Any) -> QuietHours:
    filled: dict[str, Any] = {
        "name": "night",
        "days": tuple(range(7)),
        "starts": time(22, 30),
        "ends": time(6, 30),
        "timezone": "America/New_York",
        "hold": (Severity.LOW, Severity.NORMAL),
    }
    return QuietHours(**(filled | values))


def new_york(*values: int) -> datetime:
    return datetime(*values, tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)  # type: ignore[misc,arg-type]


def test_night_of_a_clock_change_ends_by_the_local_clock() -> None:
    evening = new_york(2025, 3, 8, 23, 0)

    until = held_until(Severity.NORMAL, quiet=make_quiet(), now=evening)

    assert until == new_york(2025, 3, 9, 6, 30)
    assert until - evening == timedelta(hours=6.5)


def test_span_belongs_to_the_day_on_which_it_begins() -> None:
    quiet = make_quiet(days=(4,))  # Friday night

    assert held_until(Severity.LOW, quiet=quiet, now=new_york(2026, 11, 21, 5, 0)) is not None
    assert held_until(Severity.LOW, quiet=quiet, now=new_york(2026, 11, 20, 5, 0)) is None


def test_edges_of_a_span_are_its_first_moment_and_the_one_after_its_last() -> None:
    quiet = make_quiet()

    assert held_until(Severity.LOW, quiet=quiet, now=new_york(2026, 11, 20, 22, 30)) is not None
    assert held_until(Severity.LOW, quiet=quiet, now=new_york(2026, 11, 21, 6, 30)) is None


def test_whole_quiet_days_in_a_row_end_with_the_last_of_them() -> None:
    weekend = make_quiet(days=(5, 6), starts=time(0, 0), ends=time(0, 0))

    until = held_until(Severity.LOW, quiet=weekend, now=new_york(2026, 11, 21, 12, 0))

    assert until == new_york(2026, 11, 23, 0, 0)


def test_span_on_a_skipped_day_holds_no_message() -> None:
    quiet = make_quiet(timezone="Pacific/Apia", days=(4,))
    moment = datetime(2011, 12, 30, 10, 30, tzinfo=UTC)  # the zone's Saturday; Friday never was

    assert held_until(Severity.LOW, quiet=quiet, now=moment) is None
