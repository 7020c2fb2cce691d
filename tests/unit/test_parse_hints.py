"""What a document says about when to poll it."""

from datetime import timedelta

import pytest

from straitwatch.core.model import NO_DOCUMENT_HINTS, DocumentHints
from straitwatch.core.parse import parse_feed

HOUR = timedelta(hours=1)
ITEM = "<item><title>Ships</title><ttl>7</ttl><guid>1</guid></item>"


def hints_of(channel: str, *, after: str = "", item: str = ITEM) -> DocumentHints:
    body = (
        "<rss version='2.0' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel>"
        f"<title>News</title>{channel}{item}{after}</channel></rss>"
    )
    return parse_feed(body.encode()).hints


@pytest.mark.parametrize(
    ("channel", "every"),
    [
        ("<ttl>30</ttl>", timedelta(minutes=30)),
        ("<ttl> 90\n</ttl>", timedelta(minutes=90)),
        ("<ttl>0</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("", None),
        (
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            HOUR / 4,
        ),
        ("<sy:updatePeriod> daily </sy:updatePeriod>", timedelta(days=1)),
        (
            "<sy:updatePeriod>weekly</sy:updatePeriod><sy:updateFrequency>7</sy:updateFrequency>",
            timedelta(days=1),
        ),
        ("<sy:updatePeriod>sometimes</sy:updatePeriod>", None),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            None,
        ),
        ("<ttl>30</ttl><sy:updatePeriod>daily</sy:updatePeriod>", timedelta(minutes=30)),
    ],
)
def test_interval_of_a_document_is_read(channel: str, every: timedelta | None) -> None:
    assert hints_of(channel).every == every


def test_default_of_wordpress_is_no_wish() -> None:
    channel = "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>"

    assert hints_of(channel) == NO_DOCUMENT_HINTS


def test_skipped_hours_and_days_are_read() -> None:
    found = hints_of(
        "<skipHours><hour>0</hour><hour>24</hour><hour> 3 </hour></skipHours>"
        "<skipDays><day>Sunday</day><day>saturday</day><day>Caturday</day></skipDays>"
    )

    assert (found.skip_hours, found.skip_days) == ((0, 3), (5, 6))


def test_wishes_after_the_entries_are_read() -> None:
    found = hints_of("", after="<ttl>30</ttl><skipHours><hour>3</hour></skipHours>")

    assert (found.every, found.skip_hours) == (timedelta(minutes=30), (3,))


def test_wishes_within_entries_are_ignored() -> None:
    assert hints_of("", item=ITEM * 3) == NO_DOCUMENT_HINTS


def test_skipping_everything_is_ignored() -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    days = "".join(
        f"<day>{day}day</day>" for day in ("Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun")
    )

    found = hints_of(f"<skipHours>{hours}</skipHours><skipDays>{days}</skipDays>")

    assert found == NO_DOCUMENT_HINTS


def test_document_without_entries_has_wishes() -> None:
    assert hints_of("<ttl>30</ttl>", item="").every == timedelta(minutes=30)
