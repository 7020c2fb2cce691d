"""The reasons why Straitwatch does not do its job, from facts to sentences."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from straitwatch.core.liveness import DatabaseState, Liveness, Run, describe_runs, list_faults

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
IN_USE = DatabaseState(is_locked=True)
FREE = DatabaseState(is_locked=False)


def daemon(*, seen: timedelta = MINUTE, ended: timedelta | None = None, **more: Any) -> Run:
    """Build a daemon that was seen, and perhaps ended, some time ago."""
    values = {"started_at": NOW - 2 * DAY, "seen_at": NOW - seen}
    return Run(**values | {"ended_at": NOW - ended if ended is not None else None} | more)


def once(*, ended: timedelta) -> Run:
    at = NOW - ended
    return Run(started_at=at, seen_at=at, ended_at=at, is_once=True)


def texts(*runs: Run, database: DatabaseState = IN_USE, **facts: Any) -> list[str]:
    liveness = Liveness(**{"feeds": 9, "feeds_current": 9, "runs": runs or (daemon(),)} | facts)
    return [fault.text for fault in list_faults(liveness, now=NOW, database=database)]


def test_daemon_that_works_has_no_fault() -> None:
    assert texts() == []


# ---------------------------------------------------------------- is it running?


def test_daemon_that_ended_is_not_running() -> None:
    assert texts(daemon(ended=HOUR), database=FREE) == ["not running since 01 Mar 11:00 UTC"]


def test_daemon_that_was_killed_is_not_running_since_it_was_seen() -> None:
    assert texts(daemon(), database=FREE) == ["not running since 01 Mar 11:59 UTC"]


@pytest.mark.parametrize(("seen", "found"), [(2, []), (3, ["not running since 01 Mar 11:57 UTC"])])
def test_daemon_on_a_server_is_not_running_if_it_was_not_seen(seen: int, found: list[str]) -> None:
    assert texts(daemon(seen=seen * MINUTE), database=DatabaseState()) == found


def test_replica_that_ended_leaves_the_others_running() -> None:
    assert texts(daemon(ended=MINUTE), daemon(), database=DatabaseState()) == []


def test_daemon_that_hangs_needs_a_restart() -> None:
    liveness = Liveness(runs=(daemon(seen=HOUR),))

    (fault,) = list_faults(liveness, now=NOW, database=IN_USE)

    assert fault.text == "nothing is written to the database since 01 Mar 11:00 UTC"
    assert fault.needs_restart


def test_database_without_any_run_says_how_to_start() -> None:
    (fault,) = list_faults(Liveness(), now=NOW, database=FREE)

    assert (fault.text, fault.hint) == ("not running yet", "start it with `straitwatch run`")


def test_time_of_a_fault_is_in_the_zone_of_the_desk() -> None:
    liveness = Liveness(runs=(daemon(ended=HOUR),))

    (fault,) = list_faults(liveness, now=NOW, database=FREE, zone=ZoneInfo("Asia/Taipei"))

    assert fault.text == "not running since 01 Mar 19:00 CST"


@pytest.mark.parametrize("earlier", [(), (daemon(ended=DAY),)], ids=["alone", "after a daemon"])
def test_run_once_from_a_timer_needs_no_daemon(earlier: tuple[Run, ...]) -> None:
    overdue = {"polls_overdue": 9, "oldest_poll_due_at": NOW - HOUR, "oldest_due_at": NOW - HOUR}

    assert texts(*earlier, once(ended=HOUR), database=FREE, **overdue) == []


def test_run_once_does_not_hide_a_daemon_that_ended_later() -> None:
    found = texts(once(ended=2 * HOUR), daemon(ended=HOUR), database=FREE)

    assert found == ["not running since 01 Mar 11:00 UTC"]


def test_run_once_that_the_timer_no_longer_starts_is_a_fault() -> None:
    assert texts(once(ended=DAY), database=FREE) == ["the last run was on 28 Feb 12:00 UTC"]


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ((daemon(),), "running since 27 Feb 12:00 UTC"),
        ((once(ended=HOUR),), "last run 01 Mar 11:00 UTC"),
        ((), "never run"),
    ],
)
def test_runs_are_described(runs: tuple[Run, ...], said: str) -> None:
    assert describe_runs(Liveness(runs=runs), UTC) == said


# ---------------------------------------------------------------- does it work?


def test_polling_is_late_if_a_feed_waits_for_its_poll() -> None:
    found = texts(polls_overdue=1, oldest_poll_due_at=NOW - 11 * MINUTE)

    assert found == ["polling is late: 1 feed due since 01 Mar 11:49 UTC"]


def test_polling_has_time_to_catch_up_after_a_start() -> None:
    just_started = daemon(started_at=NOW - 9 * MINUTE)

    assert texts(just_started, polls_overdue=9, oldest_poll_due_at=NOW - DAY) == []


def test_feeds_that_all_fail_are_a_fault() -> None:
    assert texts(feeds_current=0) == ["every feed is failing"]


def test_daemon_without_feeds_has_no_fault() -> None:
    assert texts(feeds=0, feeds_current=0) == []


@pytest.mark.parametrize(
    ("waits", "found"), [(15, []), (16, ["a message is overdue since 01 Mar 11:44 UTC"])]
)
def test_message_is_overdue_after_a_quarter_of_an_hour(waits: int, found: list[str]) -> None:
    assert texts(oldest_due_at=NOW - waits * MINUTE) == found


CANARY = {"canary_every": 15 * MINUTE}


@pytest.mark.parametrize(("age", "found"), [(14, []), (15, ["the canary was not delivered"])])
def test_canary_has_to_arrive_within_its_interval(age: int, found: list[str]) -> None:
    assert texts(canary_at=NOW - age * MINUTE, **CANARY) == found


@pytest.mark.parametrize(
    ("age", "found"), [(0.5, []), (1, ["the canary was lost before its message was written"])]
)
def test_canary_has_to_be_written_within_a_minute(age: float, found: list[str]) -> None:
    assert texts(canary_started_at=NOW - age * MINUTE, **CANARY) == found


def test_canary_that_is_no_longer_configured_is_no_fault() -> None:
    assert texts(canary_at=NOW - HOUR, canary_started_at=NOW - HOUR) == []


# ---------------------------------------------------------------- the database


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ({"change": "deleted"}, "the database was deleted while in use"),
        ({"damage": "row 3 missing"}, "damaged database: row 3 missing"),
        ({"has_writer": False}, "the thread that writes to the database ended"),
    ],
)
def test_database_that_cannot_recover_needs_a_restart(state: dict[str, Any], found: str) -> None:
    database = DatabaseState(is_locked=True, **state)

    (fault,) = list_faults(Liveness(runs=(daemon(),)), now=NOW, database=database)

    assert (fault.text, fault.needs_restart) == (found, True)


def test_damage_that_the_daemon_found_is_known_to_every_check() -> None:
    assert texts(daemon(damage="row 3 missing")) == ["damaged database: row 3 missing"]


def test_late_work_is_a_consequence_of_a_database_that_fails() -> None:
    failing = DatabaseState(is_locked=True, failure="s.db: the disk is full")

    assert texts(database=failing, feeds_current=0) == ["s.db: the disk is full"]


def test_database_that_may_recover_needs_no_restart() -> None:
    failing = DatabaseState(is_locked=True, failure="s.db: the disk is full\nhint: free some space")

    first, second = list_faults(Liveness(runs=(daemon(seen=HOUR),)), now=NOW, database=failing)

    assert (first.text, first.hint) == ("s.db: the disk is full", "free some space")
    assert not first.needs_restart
    assert not second.needs_restart
