"""`straitwatch feeds health`: a table, a sentence for each problem, numbers for scripts."""

import json
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from typer.testing import CliRunner

from builders import NOON
from builders.configs import write_config
from straitwatch.cli import app
from straitwatch.cli.feed_health import print_health, sparkline
from straitwatch.clock import utc_now
from straitwatch.config import load_config
from straitwatch.core.diagnosis import WatchedFeed, diagnose_feeds
from straitwatch.core.model import (
    Condition,
    FeedHealth,
    FeedProfile,
    FeedState,
    IntervalReason,
    PollInterval,
)
from straitwatch.feed_health import FeedHealthView, relative
from straitwatch.store import Store, sync_feeds

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FAILING = {
    "condition": Condition.FAILING,
    "failures": 3,
    "last_outcome": "dns",
    "last_detail": "the host name does not resolve",
}


def watched(name: str, condition: Condition = Condition.OK, **more: Any) -> WatchedFeed:
    """Return a feed that was polled a minute ago."""
    health = FeedHealth(condition=condition, since_at=NOON - DAY)
    interval = PollInterval(length=14 * MINUTE, reason=IntervalReason.ADAPTED)
    filled = {
        "baseline_at": NOON - 30 * DAY,
        "last_polled_at": NOON - MINUTE,
        "last_ok_at": NOON - MINUTE,
        "last_new_at": NOON - 3 * HOUR,
        "last_outcome": "ok",
        "next_due_at": NOON + 12.5 * MINUTE,
        "profile": FeedProfile(health=health, interval=interval),
    }
    state = FeedState(feed_id=name, **(filled | more))
    return WatchedFeed(name=name, url=f"https://{name}.example/rss", state=state)


def view_of(*feeds: WatchedFeed, now: datetime = NOON, **more: Any) -> FeedHealthView:
    filled = {"pauses": {}, "pushes": {}, "new_entries": {}, "zone": ZoneInfo("Asia/Taipei")} | more
    return FeedHealthView(diagnosis=diagnose_feeds(feeds, now), now=now, **filled)


def printed(view: FeedHealthView, *, width: int = 160) -> list[str]:
    console = Console(file=StringIO(), width=width, highlight=False, markup=False, emoji=False)
    print_health(view, view.diagnosis.feeds, console=console)
    return console.file.getvalue().splitlines()


def test_health_shows_the_worst_feed_first() -> None:
    quiet = watched("quiet", Condition.FROZEN)

    lines = printed(view_of(watched("calm"), quiet, watched("lost", **FAILING)))

    rows = [line.split()[:2] for line in lines if "in 12 min" in line]
    assert rows == [["lost", "failing"], ["quiet", "frozen"], ["calm", "ok"]]


def test_health_says_what_is_wrong_below_the_table() -> None:
    view = view_of(watched("calm"), watched("quiet", Condition.FROZEN))

    last = printed(view)[-1]

    assert last.startswith("quiet: no new entry since 22 Nov 20:00 CST; one was expected")
    assert last.endswith("`straitwatch feeds discover https://quiet.example`")


def test_health_shows_the_remark_of_a_good_poll() -> None:
    view = view_of(watched("calm", last_detail="ignored the header X Frame"))

    assert printed(view)[-1] == "calm: ignored the header X Frame"


@pytest.mark.parametrize(
    ("feed", "is_well"),
    [
        (watched("a"), True),
        (watched("a", Condition.UNDATED), True),
        (watched("a", failures=1), False),
        (watched("a", next_due_at=NOON - HOUR), False),
        (watched("a", Condition.EMPTIED), False),
    ],
    ids=["well", "undated", "failed", "overdue", "emptied"],
)
def test_health_is_content_unless_news_may_be_missed(feed: WatchedFeed, is_well: bool) -> None:
    assert view_of(watched("calm"), feed).is_well is is_well


def test_health_groups_failures_by_cause_and_shows_good_feeds_if_nearly_all_fail() -> None:
    failing = [watched(f"feed{number}", **FAILING) for number in range(18)]
    other = watched("other", **(FAILING | {"last_detail": "answered 404 Not Found"}))

    lines = printed(view_of(watched("calm"), other, *failing))

    assert lines[:3] == [
        "19 of 20 feeds are failing:",
        "  the host name does not resolve (18): feed0, feed1, feed2 and 15 more",
        "  answered 404 Not Found (1): other",
    ]
    assert lines[3].startswith("hint: check this machine's network")
    assert [line.split()[0] for line in lines if "in 12 min" in line] == ["calm"]


def test_health_says_once_that_no_feed_is_polled() -> None:
    overdue = [watched(f"feed{number}", next_due_at=NOON - HOUR) for number in range(5)]

    lines = printed(view_of(*overdue))

    stopped = "no feed has been polled since 23 Nov 19:59 CST; is `straitwatch run` running?"
    assert lines[-1] == stopped
    assert not [line for line in lines if "overdue" in line]


def test_health_fits_eighty_columns() -> None:
    name = "the-very-long-name-of-a-newspaper-with-an-edition"
    view = view_of(watched(name, Condition.ERROR_ITEMS), new_entries={name: [0, *range(13)]})

    row = next(line for line in printed(view, width=80) if "error items" in line)

    assert len(row.rstrip()) <= 80
    for text in ("the-very-long", "error items", "▇█", "3 h ago", "in 12 min", "14 min"):
        assert text in row


def test_health_gives_the_reason_of_an_interval_if_there_is_room() -> None:
    view = view_of(watched("calm"))

    rows = [line for width in (80, 120) for line in printed(view, width=width) if "calm" in line]

    assert [row.rstrip().endswith("14 min, adapted") for row in rows] == [False, True]


def test_health_of_a_database_reads_all_feeds(tmp_path: Path) -> None:
    config = write_config(tmp_path, feeds={"calm": "https://calm.example/rss"})
    loaded = load_config(config, environ={})
    store = Store.open(loaded.database)
    store.call(sync_feeds, loaded.feeds, utc_now())
    store.close()
    arguments = ("feeds", "health", "--config", str(config))

    table, rows, problems = (
        CliRunner().invoke(app, (*arguments, *more)) for more in ((), ("--json",), ("--problems",))
    )

    row = json.loads(rows.stdout)
    assert (row["condition"], row["outcome"]) == ("not_polled", "not polled yet")
    assert row["new_entries"] == [0] * 14
    assert "not polled" in table.stdout
    assert problems.stdout == "no feed has a problem\n"
    assert table.exit_code == 0


def test_sparkline_draws_each_day_as_a_share_of_the_largest() -> None:
    assert sparkline([0, 1, 4, 8]) == "·▁▄█"
    assert sparkline([]) == ""


def test_relative_time_is_rough() -> None:
    spans = (-50 * DAY, -3 * MINUTE, MINUTE / 2, 100 * MINUTE, 130 * MINUTE)

    assert [relative(NOON + span, NOON) for span in spans] == [
        "50 d ago",
        "3 min ago",
        "now",
        "in 100 min",
        "in 2 h",
    ]
    assert relative(None, NOON) == "never"
