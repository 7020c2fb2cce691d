"""An entry under a known GUID is an edit or another entry."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOON, make_entry
from straitwatch.core.model import EarlierEntry, Entry, ParsedDocument
from straitwatch.core.recognize import is_reused_guid, with_own_ids

HOUR = timedelta(hours=1)
TEXT = "Two frigates left the harbor before sunrise and turned east, the port office said."
OTHER_TEXT = "Harvest begins early this year; farmers hope that prices of rice recover by autumn."


def make_article(number: int, title: str, text: str = "", **fields) -> Entry:
    page = f"office.example/news/{number}"
    known = {
        "id": "base",
        "guid": "current",
        "url": f"https://{page}",
        "canonical_url": page,
        "summary": text,
        "content": "",
        "text_hash": f"{title}{text}".encode(),
        "published_at": None,
    }
    return make_entry(title, **(known | fields))


FIRST = make_article(1001, "Frigates leave the harbor", TEXT)
OTHER = make_article(1002, "Farmers hope for rain", OTHER_TEXT)


def is_reused(entry: Entry, before: Entry = FIRST, *, hours: float = 1) -> bool:
    earlier = EarlierEntry(entry=before, seen_at=NOON)
    return is_reused_guid(entry, earlier, now=NOON + hours * HOUR)


def test_guid_with_another_link_title_and_text_is_reused() -> None:
    assert is_reused(OTHER)


def test_guid_with_another_link_title_and_date_is_reused_without_any_text() -> None:
    first = make_article(1001, "Frigates leave the harbor", published_at=NOON)

    assert is_reused(
        make_article(1002, "Farmers hope for rain", published_at=NOON + 2 * HOUR), first
    )


def test_guid_of_a_beat_whose_titles_are_alike_is_reused_with_another_link_and_text() -> None:
    first = make_article(1001, "Ships cross the Taiwan Strait median line", TEXT)

    assert is_reused(make_article(1002, "Jets cross the Taiwan Strait", OTHER_TEXT), first)


def test_guid_is_reused_if_link_and_title_are_all_data_and_differ() -> None:
    first = make_article(1001, "Frigates leave the harbor")

    assert is_reused(make_article(1002, "Farmers hope for rain"), first)


@pytest.mark.parametrize(
    "edited",
    [
        replace(FIRST, title="Frigates leave the harbor at dawn"),
        replace(FIRST, summary=OTHER_TEXT),
        replace(FIRST, title="Farmers hope for rain", summary=OTHER_TEXT),
        replace(FIRST, title="Farmers hope for rain", canonical_url="office.example/rain"),
        replace(
            FIRST, title="Farmers hope", canonical_url="office.example/rain", summary=TEXT[:60]
        ),
        replace(FIRST, canonical_url="office.example/frigates", summary=OTHER_TEXT),
        replace(FIRST, published_at=NOON + 30 * HOUR),
    ],
    ids=[
        "title",
        "text",
        "title and text",
        "title and link",
        "title, link and length",
        "link and text",
        "date",
    ],
)
def test_guid_under_which_something_else_agrees_is_an_edit(edited: Entry) -> None:
    assert not is_reused(edited)


@pytest.mark.parametrize(("hours", "reused"), [(3, False), (24, True)])
def test_page_that_is_renewed_under_its_guid_is_another_entry_the_next_day(
    hours: int, reused: bool
) -> None:
    renewed = replace(FIRST, title="Farmers hope for rain", summary=OTHER_TEXT)

    assert is_reused(renewed, hours=hours) is reused


def test_bulletin_under_one_guid_title_and_link_is_renewed_by_its_date_and_figures() -> None:
    today, tomorrow = (
        replace(
            FIRST,
            summary=f"{count} vessels were seen off the cape by sunrise today.",
            published_at=NOON + hours * HOUR,
        )
        for count, hours in ((14, 0), (31, 24))
    )

    assert is_reused(tomorrow, today, hours=24)


def test_entry_under_a_reused_guid_has_one_id_wherever_it_is_listed() -> None:
    earlier = {"base": EarlierEntry(entry=FIRST, seen_at=NOON)}
    places = [OTHER, replace(OTHER, title="Farmers still hope for rain")]
    reads = [ParsedDocument(format="rss20", entries=(entry,)) for entry in places]

    found = [
        with_own_ids(read, earlier, feed_id="f1", now=NOON + hours * HOUR).entries[0].id
        for read in reads
        for hours in (1, 90)
    ]

    assert len(set(found)) == 1
    assert found[0] != "base"


def test_edited_entry_keeps_its_id() -> None:
    edited = replace(FIRST, title="Frigates leave the harbor at dawn")
    earlier = {"base": EarlierEntry(entry=FIRST, seen_at=NOON)}

    read = with_own_ids(
        ParsedDocument(format="rss20", entries=(edited,)), earlier, feed_id="f1", now=NOON
    )

    assert read.entries == (edited,)
