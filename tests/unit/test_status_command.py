"""`straitwatch status` and `doctor` on a real store."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from builders.configs import write_config
from builders.store import NOW, damage, make_counts, make_feed
from commands import rows, run
from straitwatch.cli.status import cut_off_lines
from straitwatch.clock import utc_now
from straitwatch.core.liveness import Run
from straitwatch.doctor import Finding
from straitwatch.errors import ConfigError, StoreDamaged
from straitwatch.store import FeedTrouble, Store, cancel_deliveries, record_run, sync_feeds

TAIPEI = ZoneInfo("Asia/Taipei")


def cut_off(folder: Path, feeds: int) -> Path:
    """Write a configuration with feeds whose last polls failed."""
    names = [f"f{number}" for number in range(feeds)]
    config = write_config(folder, feeds={name: f"https://{name}.example/rss" for name in names})
    store = Store.open(f"sqlite:///{folder / 'straitwatch.db'}")
    store.call(sync_feeds, [make_feed(name) for name in names], NOW)
    store.close()
    with closing(sqlite3.connect(folder / "straitwatch.db")) as database:
        database.execute(
            "update feed set failures = 1, last_outcome = 'dns',"
            " last_polled_at = ?, last_detail = 'the host name does not resolve'",
            (f"{utc_now():%Y-%m-%d %H:%M:%S.%f}",),
        )
        database.commit()
    return config


def rows_of_doctor(config: Path) -> list[dict]:
    result = run(config, "doctor", "--json")
    assert result.exit_code == 1  # no feed was polled lately
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_status_counts_for_people_and_programs(desk: Path) -> None:
    (counts,) = rows(desk, "status")
    text = run(desk, "status").stdout

    assert (counts["feeds"], counts["pending"], counts["dead"]) == (1, 1, 0)
    assert "1 waiting (oldest " in text
    assert "0 dead letters" in text
    assert "CST" in text
    assert f"configuration: {desk}" in text


def test_status_shows_the_newest_alert_and_the_messages_that_wait(desk: Path) -> None:
    before, _, alerts = run(desk, "status").stdout.partition("Newest alerts")

    (alert,) = [line for line in alerts.splitlines() if "Ships cross" in line]
    (message,) = [line for line in before.splitlines() if "Ships cross" in line]
    assert "normal" in alert
    assert "pending" in message
    assert "desk-slack" in message


def test_status_shows_a_dead_letter_with_its_reason(desk: Path) -> None:
    with closing(sqlite3.connect(desk.parent / "straitwatch.db")) as database:
        database.execute("update delivery set state = 'dead', reason = 'gave_up'")
        database.execute("update delivery set last_code = '404', last_text = 'no_service'")
        database.commit()

    text = run(desk, "status").stdout

    assert any("dead" in line and "gave_up: 404 no_service" in line for line in text.splitlines())


def test_status_shows_one_line_if_every_feed_fails(tmp_path: Path) -> None:
    text = run(cut_off(tmp_path, 3), "status").stdout

    assert "all 3 feeds are failing: the host name does not resolve (3)" in text
    assert text.count("failing") == 1
    assert "`straitwatch demo`" in text
    assert "Feeds that need a look" not in text


def test_status_rejects_a_directory_that_does_not_exist(tmp_path: Path) -> None:
    result = run(tmp_path / "confg", "status")

    assert result.exit_code == 1
    assert isinstance(result.exception, ConfigError)
    assert "no such directory" in str(result.exception)


def test_status_names_a_single_failing_feed(tmp_path: Path) -> None:
    text = run(cut_off(tmp_path, 1), "status").stdout

    assert "1 feed, 1 failing; last poll" in text
    assert "(failing): the host name does not resolve; never read" in text
    assert "`straitwatch demo`" not in text


def test_doctor_has_one_finding_if_every_feed_fails(tmp_path: Path) -> None:
    result = run(cut_off(tmp_path, 3), "doctor")

    assert result.exit_code == 1
    assert result.stdout.count("the host name does not resolve") == 1
    assert "FAIL feeds: all 3 feeds are failing" in result.stdout


def test_doctor_exits_with_one_for_warnings_only_if_it_is_strict(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warning = Finding(name="feed Wire", is_good=False, is_warning=True, text="refused")
    good = Finding(name="disk", is_good=True, text="free")
    monkeypatch.setattr("straitwatch.cli.doctor.examine", lambda *_, **__: [good, warning])

    result = run(desk, "doctor")

    assert result.exit_code == 0
    assert result.stdout == "warn feed Wire: refused\n1 warning, 1 check ok (--all shows them)\n"
    assert run(desk, "doctor", "--strict").exit_code == 1


def test_doctor_prints_problems_before_warnings(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warning = Finding(name="feed Wire", is_good=False, is_warning=True, text="refused")
    problem = Finding(name="database", is_good=False, text="damaged", hint="restore it")
    monkeypatch.setattr("straitwatch.cli.doctor.examine", lambda *_, **__: [warning, problem])

    result = run(desk, "doctor")

    assert result.exit_code == 1
    assert result.stdout.splitlines()[:3] == [
        "FAIL database: damaged",
        "     hint: restore it",
        "warn feed Wire: refused",
    ]


def test_causes_of_an_outage_are_counted() -> None:
    troubles = tuple(
        FeedTrouble(
            name=f"f{number}", url="", outcome=outcome, detail="", failures=1, last_ok_at=None
        )
        for number, outcome in enumerate(("dns", "timeout", "dns"))
    )
    counts = make_counts(feeds=3, polled=3, failed=3, troubles=troubles)

    first, *_ = cut_off_lines(counts)

    assert first == "all 3 feeds are failing: dns (2), timeout (1)"


def test_doctor_lists_the_outbox_and_dead_letters(desk: Path) -> None:
    findings = {row["name"]: row for row in rows_of_doctor(desk)}

    assert findings["outbox"]["text"] == "1 message waiting, no contradiction"
    assert findings["dead letters"]["text"] == "none"


def test_doctor_prints_a_line_for_each_contradiction(desk: Path) -> None:
    with closing(sqlite3.connect(desk.parent / "straitwatch.db")) as database:
        database.execute("delete from delivery")
        database.commit()

    broken = [row for row in rows_of_doctor(desk) if row["name"] == "outbox"]

    assert [(row["is_good"], row["text"]) for row in broken] == [
        (False, "alert a1 has no delivery")
    ]


def test_status_checks_lists_that_the_daemon_has_not_accepted(desk: Path) -> None:
    (desk / "watchlists/lists.yaml").write_text(
        "watchlists: [{id: strait, match: ['(Taiwan']}]", encoding="utf-8"
    )

    result = run(desk, "status")

    assert result.exit_code == 1
    assert "warning: the configuration has 1 problem; this command uses default" in result.stderr
    assert "1 feed, 1 late" in result.stdout


def record(desk: Path, run: Run) -> Store:
    store = Store.open(f"sqlite:///{desk.parent / 'straitwatch.db'}", exclusive=True)
    store.call(record_run, "desk:1", run)
    return store


def test_status_fails_if_the_daemon_stopped(desk: Path) -> None:
    at = utc_now() + timedelta(seconds=1)  # after the pass
    record(desk, Run(started_at=at, seen_at=at, ended_at=at)).close()

    result, as_json = run(desk, "status"), run(desk, "status", "--json")

    assert (result.exit_code, as_json.exit_code) == (1, 1)
    assert f"not running since {at.astimezone(TAIPEI):%d %b %H:%M} CST" in result.stdout
    assert "start it with `straitwatch run`" in result.stdout
    assert json.loads(as_json.stdout)["feeds"] == 1


def test_status_of_a_daemon_at_work_says_since_when(desk: Path) -> None:
    at = utc_now() + timedelta(seconds=1)
    store = record(desk, Run(started_at=at, seen_at=at))
    store.call(cancel_deliveries, now=at, receiver="desk-slack")  # one is overdue

    result = run(desk, "status")
    store.close()

    assert result.exit_code == 0
    assert f"running since {at.astimezone(TAIPEI):%d %b %H:%M} CST" in result.stdout


def test_status_of_a_killed_daemon_fails_at_once(desk: Path) -> None:
    at = utc_now() + timedelta(seconds=1)
    record(desk, Run(started_at=at, seen_at=at)).close()  # as the system does, without an end

    assert run(desk, "status").exit_code == 1


def test_status_after_run_once_names_the_last_run(desk: Path) -> None:
    result = run(desk, "status")

    assert result.exit_code == 0
    assert result.stdout.startswith("last run ")


def test_db_check_accepts_a_whole_database(desk: Path) -> None:
    result = run(desk, "db", "check")

    assert (result.exit_code, result.stdout) == (
        0,
        "the database is whole, and can be read and written\n",
    )


def test_db_check_finds_damage_in_a_page_that_nobody_reads(desk: Path) -> None:
    damage(desk.parent / "straitwatch.db", "mark")

    result = run(desk, "db", "check")

    assert isinstance(result.exception, StoreDamaged)
    assert "restore a backup" in str(result.exception)
