from datetime import UTC, datetime

import pytest

from straitwatch.core.normalize import parse_date

TEN_UTC = datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 23 Nov 2026 10:00:00 GMT",
        "Mon, 23 Nov 2026 10:00:00 Z",
        "23 Nov 2026 10:00 UT",
        "Mon, 23 Nov 26 10:00:00 +0000",
        "Mon, 23 Nov 2026 18:00:00 +0800",
        "Mon, 23 Nov 2026 18:00:00 +08:00",
        "Mon, 23 Nov 2026 18:00:00 +8",
        "Mon, 23 Nov 2026 18:00:00 HKT",
        "Mon, 23 Nov 2026 19:00:00 JST",
        "Mon, 23 Nov 2026 19:00:00 KST",
        "Mon, 23 Nov 2026 19:00:00 GMT+9",
        "Mon, 23 Nov 2026 13:00:00 MSK",
        "Mon, 23 Nov 2026 11:00:00 CET",
        "Mon, 23 Nov 2026 12:00:00 CEST",
        "Mon, 23 Nov 2026 11:00:00 BST",
        "Mon, 23 Nov 2026 05:00:00 EST",
        "Mon, 23 Nov 2026 02:00:00 -0800 (PST)",
        "Mon, 23 Nov 2026 18:00:00",
        "2026-11-23T10:00:00Z",
        "2026-11-23T10:00:00.123Z",
        "2026-11-23T18:00:00+08:00",
        "2026-11-23T18:00:00+0800",
        "2026-11-23 10:00:00 UTC",
        "2026-11-23T18:00",
        "2026/11/23 18:00:00",
        "2026.11.23 18:00",
        "1795428000",
        "1795428000000",
        "Monday, November 23, 2026 - 18:00",
        "Nov 23, 2026 6:00 PM",
        "November 23rd, 2026 6:00 p.m.",
        "Mon Nov 23 10:00:00 UTC 2026",
        "23.11.2026 18:00",
        "23 ноября 2026, 18:00",
        "Пн, 23 ноя 2026 13:00:00 +0300",
        "23 ноября 2026 г. в 18:00",
        "2026年11月23日 18:00",
        "2026年11月23日 下午6:00",
        "2026年11月23日18时",
        "2026년 11월 23일 오후 6:00",
        "民國115年11月23日 18:00",
        "115/11/23 18:00",
        "115-11-23 18:00:00",
        "23 de novembro de 2026 18:00",
        "11/23/2026 18:00",
        "23/11/2026 18:00",
        "20261123T100000Z",
        "Mon, 23 Nov 2026 18:00:00 CST",
    ],
)
def test_every_form_that_feeds_use_means_the_same_moment(text: str) -> None:
    assert parse_date(text, timezone="Asia/Taipei") == TEN_UTC


@pytest.mark.parametrize("text", ["2026年11月23日", "07.02.2025", "2026/11/23", "Nov 23, 2026"])
def test_day_without_a_time_begins_at_midnight(text: str) -> None:
    date = parse_date(text)

    assert date is not None
    assert (date.hour, date.minute) == (0, 0)


def test_midnight_written_as_24_is_the_next_day() -> None:
    assert parse_date("Mon, 23 Nov 2026 24:00:00 GMT") == datetime(2026, 11, 24, tzinfo=UTC)


def test_cst_is_american_where_the_feed_is_not_in_china() -> None:
    text = "Mon, 23 Nov 2026 04:00:00 CST"

    assert parse_date(text, timezone="America/Chicago") == TEN_UTC
    assert parse_date(text) == TEN_UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "0000-00-00",
        "0000-00-00 00:00:00",
        "1970-01-01T00:00:00Z",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "2026-13-45",
        "2026-11-23T25:00:00Z",
        "03/04/2026",
        "Mon, 23 Foo 2026 10:00:00 GMT",
        "99999999999999999999",
    ],
)
def test_invalid_date_stays_unknown(text: str) -> None:
    assert parse_date(text) is None


def test_unknown_zone_of_a_feed_means_utc() -> None:
    assert parse_date("2026-11-23 10:00", timezone="Nowhere/City") == TEN_UTC
