"""Builders that fill in the values that a test does not mention."""

from builders.feeds import NOON, make_arrival, make_entry, make_feed, poll_of, seen_feed_state
from builders.stories import (
    grown,
    make_fold,
    make_hit,
    make_match,
    make_route,
    make_story,
    report_of,
)

__all__ = [
    "NOON",
    "grown",
    "make_arrival",
    "make_entry",
    "make_feed",
    "make_fold",
    "make_hit",
    "make_match",
    "make_route",
    "make_story",
    "poll_of",
    "report_of",
    "seen_feed_state",
]
