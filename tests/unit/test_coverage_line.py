"""The line of a digest that says what was read."""

from datetime import UTC, timedelta

from builders import NOON
from straitwatch.core.model import BlindCause, BlindWindow, CoverageFacts, FeedWindow
from straitwatch.core.render.digest_view import coverage_line

HOUR = timedelta(hours=1)


def test_coverage_line_names_the_spans_in_which_entries_may_be_missing() -> None:
    span = {"since_at": NOON - HOUR, "until_at": NOON}
    stop = BlindWindow(cause=BlindCause.STOPPED, **span)
    overrun = BlindWindow(cause=BlindCause.OVERRUN, **span)
    facts = CoverageFacts(
        since_at=NOON - 24 * HOUR,
        until_at=NOON,
        feeds=2,
        feeds_current=2,
        feeds_late=0,
        entries_read=7,
        windows=(FeedWindow(feed="", window=stop), FeedWindow(feed="Wire", window=overrun)),
    )

    day = f"{NOON:%d %b}"
    assert coverage_line(facts, UTC) == (
        "2/2 feeds current, 7 entries read"
        f"; Straitwatch was not running {day} 11:00 to 12:00"
        f"; entries may be missing: Wire ({day} 11:00 to 12:00)"
    )
