"""Dates printed by many programs read back; damaged ones are unknown rather than wrong."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import assume, given
from hypothesis import strategies as st

from straitwatch.core.normalize import parse_date

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def half_day(at: datetime, morning: str, afternoon: str) -> str:
    return f"{morning if at.hour < 12 else afternoon} {(at.hour - 1) % 12 + 1}:{at:%M:%S}"


def offset(at: datetime, colon: str = "") -> str:
    minutes = int((at.utcoffset() or timedelta()).total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{colon}{abs(minutes) % 60:02}"


FORMATS: tuple[Callable[[datetime], str], ...] = (
    lambda at: at.isoformat(),
    lambda at: f"{at.year}-{at.month}-{at.day} {at.hour}:{at.minute}:{at.second} {offset(at)}",
    lambda at: f"{DAYS[at.weekday()]},{at.day} {MONTHS[at.month - 1]} {at:%Y %H:%M:%S} {offset(at)}",
    lambda at: f"{at.day}-{MONTHS[at.month - 1]}-{at:%y} {at:%H:%M:%S} GMT{offset(at, ':')}",
    lambda at: f"{MONTHS[at.month - 1]} {at.day}, {at:%Y} {half_day(at, '', '').strip()} "
    f"{'AM' if at.hour < 12 else 'PM'} (UTC{offset(at, ':')})",
    lambda at: f"{DAYS[at.weekday()]} {MONTHS[at.month - 1]} {at:%d %H:%M:%S} {offset(at)} {at:%Y}",
    lambda at: f"{at:%Y-%m-%d %H:%M:%S}.000001 {offset(at)} CST m=+0.000001",
    lambda at: f"{at:%Y%m%dT%H%M%S}{offset(at)}",
    lambda at: f"{at:%Y/%m/%d} {half_day(at, '上午', '下午')} {offset(at)}",
    lambda at: f"{at.year}年{at.month}月{at.day}日 {half_day(at, '午前', '午後')} {offset(at)}",
    lambda at: f"{at.year}. {at.month}. {at.day}. {half_day(at, '오전', '오후')} {offset(at)}",
    lambda at: f"{at.year - 1911}年{at.month}月{at.day}日 {at.hour}時{at.minute}分{at.second}秒{offset(at)}",
    lambda at: f"{at:%H:%M:%S} {offset(at)}, {at.day}.{at.month}.{at.year}",
    lambda at: f"/Date({int(at.timestamp()) * 1000})/",
)  # fmt: skip
ZONES = st.integers(min_value=-48, max_value=56).map(lambda n: timezone(timedelta(minutes=15 * n)))
MOMENTS = st.datetimes(
    min_value=datetime(2012, 1, 2),  # noqa: DTZ001 - the zone is drawn below
    max_value=datetime(2037, 12, 30),  # noqa: DTZ001
    timezones=ZONES,
).map(lambda at: at.replace(microsecond=0))


@given(MOMENTS, st.sampled_from(FORMATS))
def test_printed_date_reads_back(at: datetime, print_date: Callable[[datetime], str]) -> None:
    assert parse_date(print_date(at), timezone="Asia/Taipei") == at.astimezone(UTC)


@given(
    MOMENTS, st.sampled_from(FORMATS[:-1]), st.from_regex(r"[B-Ya-y]?q[a-z]{1,6}", fullmatch=True)
)
def test_date_in_an_unknown_zone_is_unknown(
    at: datetime, print_date: Callable[[datetime], str], zone: str
) -> None:
    text = print_date(at.replace(tzinfo=UTC))
    without = text.split("+")[0].removesuffix("GMT").removesuffix("(UTC").strip()

    assert parse_date(f"{without} {zone}") is None


@given(MOMENTS, st.sampled_from(FORMATS), st.text(max_size=8))
def test_date_with_more_text_is_unknown_or_right(
    at: datetime, print_date: Callable[[datetime], str], more: str
) -> None:
    assume(not any(character.isdecimal() for character in more))
    read = parse_date(print_date(at) + more)

    assert read is None or read == at
