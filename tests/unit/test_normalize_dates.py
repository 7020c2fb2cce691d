from datetime import UTC, datetime, timedelta

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
        # half-day words
        "2026/11/23 下午 06:00:00",
        "2026/11/23 06:00:00 下午",
        "2026/11/23 PM 6:00",
        "2026-11-23 오후 6:00:00",
        "2026. 11. 23. 오후 6:00",
        "2026年11月23日(月) 午後7時00分 JST",
        "2026年11月23日 星期一 傍晚6點",
        "2026年11月23日 晚上6:00",
        "2026年11月23日(星期一)下午6點整",
        "２０２６年１１月２３日　１８：００",
        "令和8年11月23日 18時",
        "23/11/2026 6:00:00 CH",
        "23.11.2026 6:00:00 p. m.",
        "11/23/2026 6:00:00\u202fPM",
        # other programs
        "/Date(1795428000000)/",
        "/Date(1795428000000+0800)/",
        "2026-11-23 18:00:00.123456789 +0800 CST",
        "2026-11-23 18:00:00 +0800 +0800 m=+0.000012",
        "2026-11-23T18:00:00+08:00[Asia/Taipei]",
        "Mon Nov 23 2026 18:00:00 GMT+0800 (China Standard Time)",
        "Mon Nov 23 18:00:00 +0800 2026",
        "Mon Nov 23 10:00:00 2026 GMT",
        "Monday, 23-Nov-26 10:00:00 GMT",
        "23/Nov/2026:18:00:00 +0800",
        "Nov 23 2026 6:00:00:000PM",
        "20261123180000",
        "20261123T1000Z",
        # odd spacing
        "Mon,23 Nov 2026 18:00:00 +0800",
        "Mon , 23  Nov  2026  18:00:00  +0800",
        "Mon, 23 Nov 2026, 18:0:0 +0800",
        "Mon, 23 Nov 2026 18 : 00 : 00 +0800",
        "Mon, 23 Nov 2026 18:00:00+0800",
        "Mon, 23 Nov 2026 18:00:00 + 0800",
        "23Nov2026 18:00",
        "2026-11-23 T 18:00:00",
        "2026-11-23T10:00:00 Z",
        "2026-11-23T10:0:0Z",
        # zones
        "2026-11-23T18:00:00 08:00",
        "Mon, 23 Nov 2026 18:00:00 0800",
        "2026-11-23T10:00:00 00:00",
        "Mon Nov 23 2026 18:00:00 GMT 0800 (台北標準時間)",
        "2026-11-23T18:00:00 0800 CST",
        "2026-11-23T18%3A00%3A00%2B08%3A00",
        "Mon, 23 Nov 2026 19:00:00 GMT +9",
        "Mon, 23 Nov 2026 18:00:00 UTC+08:00",
        "Mon, 23 Nov 2026 18:00:00 +800",
        "Mon, 23 Nov 2026 18:00:00 +08",
        "Mon, 23 Nov 2026 18:00:00 (CST)",
        "Mon, 23 Nov 2026 18:00:00 CST (GMT+8)",
        "Mon, 23 Nov 2026 19:00:00 Asia/Tokyo",
        "Mon, 23 Nov 2026 18:00:00 Etc/GMT-8",
        "Mon, 23 Nov 2026 18:00:00 Beijing Time",
        "2026-11-23 18:00 (北京时间)",
        "November 23, 2026 at 5:00 a.m. ET",
        "2026-11-23T02:00:00\u221208:00",
        # other orders
        "2026-11-23 (Mon) 18:00",
        "23.11.2026, Monday, 18:00",
        "2026-11-23 Mon. 18:00:00 +0800",
        "18:00 23.11.2026",
        "18:00, 23 ноября 2026",
        "5:00 AM EST, Mon November 23, 2026",
        "2026 Nov 23 18:00",
        "週一, 23 十一月 2026 18:00:00 +0800",
        "월, 23 11월 2026 18:00:00 +0800",
        "segunda-feira, 23 de novembro de 2026, 18h00",
        "23.11.2026, 18.00 Uhr",
    ],
)
def test_every_form_that_feeds_use_means_the_same_moment(text: str) -> None:
    assert parse_date(text, timezone="Asia/Taipei") == TEN_UTC


@pytest.mark.parametrize(
    ("clock", "hour"),
    [
        ("上午12:05", 0),
        ("凌晨12:05", 0),
        ("凌晨 3:05", 3),
        ("清晨5:05", 5),
        ("早上8:05", 8),
        ("오전 12:05", 0),
        ("午前0:05", 0),
        ("12:05 AM", 0),
        ("中午12:05", 12),
        ("中午1:05", 13),
        ("下午12:05", 12),
        ("午後0:05", 12),
        ("오후 12:05", 12),
        ("12:05 PM", 12),
        ("12:05 noon", 12),
        ("下午 15:05", 15),
        ("傍晚5:05", 17),
        ("晚上8:05", 20),
        ("晚上 20:05", 20),
        ("밤 11시 5분", 23),
        ("晚上12:05", 24),
    ],
)
def test_half_day_word_decides_between_the_hours_of_the_clock(clock: str, hour: int) -> None:
    expected = datetime(2026, 11, 23, 0, 5, tzinfo=UTC) + timedelta(hours=hour)

    assert parse_date(f"2026年11月23日 {clock}") == expected


@pytest.mark.parametrize(
    "clock", ["上午 15:05", "早上12:05", "晚上2:05", "深夜0:05", "AM 3:05 PM", "傍晚 2:05"]
)
def test_half_day_word_that_contradicts_its_hour_leaves_the_date_unknown(clock: str) -> None:
    assert parse_date(f"2026年11月23日 {clock}") is None


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
        "Mon, 23 Nov 2026 10:00:00 XYZ",
        "Mon, 23 Nov 2026 10:00:00 A",
        "Mon, 23 Nov 2026 10:00:00 (somewhere)",
        "Mon, 23 Nov 2026 10:00:00 Nowhere/City",
        "Mon, 23 Nov 2026 10:00:00 +1500",
        "Mon, 23 Nov 2026 10:00:00 +0877",
        "Mon, 23 Nov 2026 10:00:00 2500",
        "2026-11-23T10:00:00Z+08:00x9",
        "2026-11-23T10:00:00 +08:00 -05:00",
        "2026-11-23 10:00 12:30:15",
        "30 Feb 2026 10:00",
        "31/11/2026",
        "2026年13月3日",
        "2026/23/11",
        "3/4/2026 3:10:33 PM",
        "03-04-2026",
        "23 Nov 10:00",
        "23 Nov - 25 Nov 2026",
        "10:00 - 12:00, 23 Nov 2026",
        "2026-11-23 10:60",
        "2026-11-23 24:01",
        "91年11月23日",
    ],
)
def test_invalid_date_stays_unknown(text: str) -> None:
    assert parse_date(text) is None


def test_unknown_zone_of_a_feed_means_utc() -> None:
    assert parse_date("2026-11-23 10:00", timezone="Nowhere/City") == TEN_UTC


def test_xml_schema_day_begins_in_its_own_zone() -> None:
    assert parse_date("2026-11-23+08:00") == datetime(2026, 11, 22, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "timezone"),
    [
        ("2026-11-23 12:00 IST", "Asia/Jerusalem"),
        ("2026-11-23 15:30 IST", "Asia/Kolkata"),
        ("2026-11-23 18:00 PST", "Asia/Manila"),
        ("2026-11-23 16:00 BST", "Asia/Dhaka"),
    ],
)
def test_ambiguous_abbreviation_is_that_of_the_country_of_the_feed(text, timezone) -> None:
    assert parse_date(text, timezone=timezone) == TEN_UTC
