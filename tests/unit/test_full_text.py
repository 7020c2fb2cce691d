"""The pages that are fetched because title and summary cannot decide."""

from dataclasses import replace
from typing import Any

import pytest

from builders import make_arrival, make_entry, make_feed
from builders.beat import BEAT
from builders.watchlists import make_list
from straitwatch.core.full_text import is_thin
from straitwatch.core.match import compile_rules
from straitwatch.core.model import (
    AlertPolicy,
    Entry,
    FullText,
    PageCause,
    PagePolicy,
    PageWish,
    PlannedEntry,
    Report,
    WatchList,
)
from straitwatch.core.report import build_reports
from straitwatch.core.rules import Rules

LONG = "Rain fell over the hills all day, and the farmers of the valley were glad about every drop."


def make_rules(*lists: WatchList, **pages: Any) -> Rules:
    matcher, _ = compile_rules({}, lists or (make_list("strait"),))
    assert matcher is not None
    return Rules(
        beat=BEAT,
        matcher=matcher,
        policy=AlertPolicy(),
        titles={},
        recipients={},
        pages=PagePolicy(**pages),
    )


def build(entry: Entry, rules: Rules | None = None, **arrival: Any) -> Report | PlannedEntry:
    (item,) = build_reports([entry], make_arrival(**arrival), rules or make_rules())
    return item


def wish_of(entry: Entry, rules: Rules | None = None, **arrival: Any) -> PageWish | None:
    item = build(entry, rules, **arrival)
    assert isinstance(item, PlannedEntry)
    return item.page


@pytest.mark.parametrize(
    ("summary", "is_expected"),
    [
        ("", True),
        ("Rain in spring", True),
        ("Rain in spring  Example Wire", True),  # as Google News writes it
        ("Short.", True),
        (LONG, False),
        ("週一全島各地有雨，農民表示今年的收成因此可望增加，氣象署提醒民眾注意安全。", False),
    ],
)
def test_entry_is_thin_if_it_says_hardly_more_than_its_headline(
    summary: str, is_expected: bool
) -> None:
    assert is_thin(make_entry("Rain in spring", summary=summary)) is is_expected


def test_thin_entry_that_no_list_matches_wants_its_page() -> None:
    wish = wish_of(make_entry("Rain in spring"))

    assert wish is not None
    assert wish.cause is PageCause.THIN


def test_entry_with_a_summary_wants_no_page() -> None:
    assert wish_of(make_entry("Rain in spring", summary=LONG)) is None


def test_near_miss_wants_its_page_and_says_what_it_lacks() -> None:
    rules = make_rules(make_list("Taiwan AND blockade", id="taiwan"))

    wish = wish_of(make_entry("Talks in Taiwan", summary=LONG), rules)

    assert wish is not None
    assert (wish.cause, wish.detail) == (
        PageCause.NEAR_MISS,
        "taiwan: match[0] lacks one thing: blockade",
    )


def test_text_that_a_list_excludes_is_no_reason_for_a_page() -> None:
    excluding = make_list("strait", exclude=("fishing",))

    assert wish_of(make_entry("Fishing in the strait", summary=LONG), make_rules(excluding)) is None


def test_entry_that_matches_wants_no_page() -> None:
    assert isinstance(build(make_entry("Ships cross the strait")), Report)


@pytest.mark.parametrize(
    ("values", "feed"),
    [
        ({"full_text": FullText.NEVER}, {}),
        ({}, {"full_text": FullText.NEVER}),
    ],
)
def test_never_keeps_the_page_of_a_thin_entry_unread(values: Any, feed: Any) -> None:
    entry = make_entry("Rain in spring")

    assert wish_of(entry, make_rules(**values), feed=make_feed(**feed)) is None


def test_feed_reads_pages_although_the_others_do_not() -> None:
    rules = make_rules(full_text=FullText.NEVER)
    feed = make_feed(full_text=FullText.ALWAYS)

    wish = wish_of(make_entry("Rain in spring", summary=LONG), rules, feed=feed)

    assert wish is not None
    assert wish.cause is PageCause.ALWAYS


def test_list_asks_for_the_page_of_every_entry() -> None:
    rules = make_rules(make_list("strait", full_text=FullText.ALWAYS))

    wish = wish_of(make_entry("Rain in spring", summary=LONG), rules)

    assert wish is not None
    assert wish.cause is PageCause.ALWAYS


def test_lists_that_read_no_pages_ask_for_none() -> None:
    rules = make_rules(make_list("strait", full_text=FullText.NEVER))

    assert wish_of(make_entry("Rain in spring"), rules) is None


def test_list_that_reads_no_pages_does_not_match_the_text_of_one() -> None:
    reading = make_list("strait", id="reading")
    closed = make_list("strait", id="closed", full_text=FullText.NEVER)
    entry = make_entry("Talks end", content="Ships cross the strait.", has_page_text=True)

    item = build(entry, make_rules(reading, closed))

    assert isinstance(item, Report)
    assert [match.watchlist for match in item.matches] == ["reading"]


@pytest.mark.parametrize("group", ["silent", "rekeyed"])
def test_archive_of_a_feed_wants_no_pages(group: str) -> None:
    entry = make_entry("Rain in spring")

    assert wish_of(entry, **{group: frozenset({entry.id})}) is None


def test_entry_without_a_link_wants_no_page() -> None:
    entry = replace(make_entry("Rain in spring"), url="", canonical_url="")

    assert wish_of(entry) is None


def test_feed_that_carries_the_whole_text_needs_no_page() -> None:
    rules = make_rules(full_text=FullText.ALWAYS)

    assert wish_of(make_entry("Rain in spring", content=LONG * 20), rules) is None
