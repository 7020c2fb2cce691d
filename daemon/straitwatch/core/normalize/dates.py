"""Parses the dates of publishers to aware UTC; an ambiguous date becomes None."""

import re
import unicodedata
from datetime import UTC, datetime, tzinfo
from urllib.parse import unquote

from straitwatch.core.normalize.clocks import Clock, read_clock
from straitwatch.core.normalize.usual_dates import read_usual_date
from straitwatch.core.normalize.zones import default_zone, read_zone

_EARLIEST_YEAR = 1990  # RSS is from 1999; 1970 means "no date"
_MAX_TEXT = 120
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
    "oct": 10, "nov": 11, "dec": 12,
    "янв": 1, "фев": 2, "мар": 3, "апр": 4, "мая": 5, "май": 5, "июн": 6, "июл": 7, "авг": 8,
    "сен": 9, "окт": 10, "ноя": 11, "дек": 12,
    "січ": 1, "лют": 2, "бер": 3, "кві": 4, "тра": 5, "чер": 6, "лип": 7, "сер": 8, "вер": 9,
    "жов": 10, "лис": 11, "гру": 12,
    "ene": 1, "abr": 4, "ago": 8, "dic": 12, "fev": 2, "fév": 2, "avr": 4, "mai": 5, "jui": 6,
    "aoû": 8, "aou": 8, "déc": 12, "set": 9, "out": 10, "dez": 12, "mär": 3, "okt": 10, "mrt": 3,
    "maa": 3, "maj": 5, "mei": 5, "gen": 1, "mag": 5, "giu": 6, "lug": 7, "ott": 10, "jän": 1,
    "agu": 8, "des": 12, "oca": 1, "şub": 2, "nis": 4, "haz": 6, "tem": 7, "ağu": 8, "eyl": 9,
    "eki": 10, "kas": 11, "ara": 12,
}  # fmt: skip
_FULL_MONTHS = {"juillet": 7, "juil": 7}
_HAN_MONTHS = dict(
    zip(
        ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"],
        range(1, 13),
        strict=True,
    )
)
# The year before the first one of an era.
_ERAS = {"民國": 1911, "民国": 1911, "中華民國": 1911, "中华民国": 1911, "令和": 2018, "平成": 1988}

_YEAR = r"(?P<year>\d{4})(?!\d)"
_MONTH = r"(?P<month>\d{1,2})"
_DAY = r"(?<!\d)(?P<day>\d{1,2})"
_NAME = r"(?:(?P<name>[^\W\d_]{3,12})\.?|(?<=[\s,])(?P<han>\d{1,2}|[一二三四五六七八九十])[月월])"
_OF = r"(?:\s+(?:de|of)\s)?"
_BETWEEN = r"[\s\-/.,]*"
_FORMS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # 23 Nov 2026   23-Nov-26   23 ноября 2026 г.   23 de novembro de 2026
        (
            rf"{_DAY}(?:st|nd|rd|th|\.|º|er)?{_OF}{_BETWEEN}{_NAME}{_OF}{_BETWEEN}"
            r"(?P<year>\d{4}|'?\d{2})(?!\d)(?:\s*(?:г|р)(?:\.|ода|оку)?(?![^\W\d_]))?"
        ),
        # 2026-11-23   2026/11/23   2026. 11. 23.
        rf"(?<!\d)(?P<year>\d{{4}})\s?(?P<sign>[-/.])\s?{_MONTH}\s?(?P=sign)\s?(?P<day>\d{{1,2}})(?!\d)\.?",
        # 2026年11月23日   115年11月23日   民國115年11月23日   令和8年11月23日   2026년 11월 23일
        (
            rf"(?P<era>{'|'.join(_ERAS)})?\s*(?<!\d)(?P<year>\d{{1,4}}|元)\s*[年년]\s*{_MONTH}\s*[月월]"
            r"\s*(?P<day>\d{1,2})\s*[日號号일]?"
        ),
        # November 23, 2026   Nov 23rd 2026
        rf"{_NAME}[\s\-/.]*{_DAY}(?:st|nd|rd|th)?(?:\s*,\s*|\s+|[-/.]){_YEAR}",
        # 2026 Nov 23   2026-Nov-23
        rf"(?<!\d){_YEAR}{_BETWEEN}{_NAME}{_BETWEEN}(?P<day>\d{{1,2}})(?!\d)",
        # 23.11.2026
        rf"{_DAY}\s?\.\s?{_MONTH}\s?\.\s?{_YEAR}",
        # 115-11-23 (a year of the Republic of China)
        rf"(?<!\d)(?P<year>1\d{{2}})(?P<sign>[-/.]){_MONTH}(?P=sign)(?P<day>\d{{1,2}})(?!\d)",
        # 11/23/2026, 23/11/2026: only where one of them cannot be a month
        rf"(?<!\d)(?P<first>\d{{1,2}})(?P<sign>[-/])(?P<second>\d{{1,2}})(?P=sign){_YEAR}",
        # 20261123
        r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<month>[01]\d)(?P<day>[0-3]\d)",
    )
)
_BASIC_FORM = _FORMS[-1]
_TIMESTAMP = re.compile(
    r"(?:/Date\()?(?P<seconds>\d{9,10}(?:\.\d+)?|\d{13})(?:[+-]\d{4})?(?:\)/)?", re.IGNORECASE
)
# Nov 23 10:00:00 UTC 2026
_YEAR_LAST = re.compile(r"(\D*\d{1,2}\D*?)[\s,]+(\d{1,2}:.*?)[\s,]+((?:19|20)\d{2})")
_CJK_WEEKDAY = re.compile(
    r"\(?(?:(?:星期|週|周|礼拜|禮拜)[一二三四五六日天]|[月火水木金土日]曜日?|[월화수목금토일]요일)\)?"
    r"|\([一二三四五六日天月火水木金土월화수목금토일]\)"
)
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_LEAD = re.compile(
    r"(?:[^\W\d_]+(?:-[^\W\d_]+)*[.,:]?\s*){0,2}[\s,]*"
)  # a weekday, in any language
_ENGLISH_WEEKDAY = re.compile(
    r"[\s,|·–—-]*(?:\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[\s,.]*)?$", re.IGNORECASE
)
_GAP = re.compile(
    r"(?:[\s,]*\(?\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b[.)]*)?"  # 2026-11-23 (Mon) 10:00
    r"(?:\s*[T,:@|·/]\s*|\s*[–—]\s*|\s+-\s+|[-_](?=\d)"
    r"|\s*,?\s+(?:at|в|о|об|у|um|o|à|às|a las|alle|kl\.?)\s+|\s*)",
    re.IGNORECASE,
)
_DAY_ZONE = re.compile(r"Z|[+-]\d{2}:\d{2}", re.IGNORECASE)  # XML Schema: 2026-11-23+08:00


def parse_date(text: str, *, timezone: str | None = None) -> datetime | None:
    """Parse a date in any form that feeds use; `timezone` applies if the date has no zone."""
    if usual := read_usual_date(text):
        return usual
    text = _tidy(text)
    try:
        stamp = _TIMESTAMP.fullmatch(text)
        if stamp:
            return _sane(_from_timestamp(stamp["seconds"]))
        return _sane(_first_reading(text, default_zone(timezone)))
    except (ValueError, OverflowError):
        return None


def _tidy(text: str) -> str:
    text = text[:_MAX_TEXT]
    if "%" in text:
        text = unquote(text)
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
        text = _CJK_WEEKDAY.sub(" ", text)
    text = " ".join(text.split())
    late = _YEAR_LAST.match(text)
    return f"{late[1]} {late[3]} {late[2]}{text[late.end() :]}" if late else text


def _from_timestamp(text: str) -> datetime:
    seconds = float(text) / (1000 if len(text) == 13 else 1)  # noqa: PLR2004 - milliseconds
    return datetime.fromtimestamp(seconds, UTC)


def _first_reading(text: str, default: tzinfo) -> datetime | None:
    for form in _FORMS:
        found = form.search(text)
        clock = _clock(text, found) if found else None
        if found and clock:
            return _moment(found.groupdict(), clock, default)
    return None


def _clock(text: str, day: re.Match[str]) -> Clock | None:
    """Read the time after or before the day; None if the rest of the text is anything else."""
    before, after = text[: day.start()], text[day.end() :]
    if not _LEAD.fullmatch(before):
        return read_clock(_ENGLISH_WEEKDAY.sub("", before)) if not after.strip(" .)") else None
    if not after or _DAY_ZONE.fullmatch(after):
        return read_clock(f"0:00{after}")
    is_basic = day.re is _BASIC_FORM or after[0] in "Tt"
    gap = _GAP.match(after)
    return read_clock(after[gap.end() :] if gap else after, is_basic=is_basic)


def _moment(part: dict[str, str | None], clock: Clock, default: tzinfo) -> datetime | None:
    month, day = _month_and_day(part)
    local = datetime(_year(part), month, day) + clock.since_midnight  # noqa: DTZ001 - zone follows
    zone = read_zone(clock.zone, default=default, local=local)
    return None if zone is None else local.replace(tzinfo=zone).astimezone(UTC)


def _year(part: dict[str, str | None]) -> int:
    written = (part["year"] or "").lstrip("'")
    year = 1 if written == "元" else int(written)
    if part.get("era"):
        return year + _ERAS[part["era"] or ""]
    if len(written) == 3:  # noqa: PLR2004 - a year of the Republic of China
        return year + _ERAS["民國"]
    if len(written) == 2:  # noqa: PLR2004 - RFC 2822, 4.3; 91年 may be 1991 or 2002
        return year + (2000 if year < 50 else 1900 if part.get("name") else 0)  # noqa: PLR2004
    return year


def _month_and_day(part: dict[str, str | None]) -> tuple[int, int]:
    """Return month and day.

    Raises:
        ValueError: the month is unknown, or could be the day.
    """
    if part.get("first"):
        return _in_order(int(part["first"] or 0), int(part["second"] or 0))
    return _month(part), int(part["day"] or 0)


def _in_order(first: int, second: int) -> tuple[int, int]:
    if first == second or first <= 12 < second:  # noqa: PLR2004
        return first, second
    if second <= 12 < first:  # noqa: PLR2004
        return second, first
    raise ValueError((first, second))


def _month(part: dict[str, str | None]) -> int:
    han = part.get("han")
    if han:
        return _HAN_MONTHS.get(han) or int(han)
    if part.get("month"):
        return int(part["month"] or 0)
    name = (part.get("name") or "").lower().removesuffix("月")
    return _HAN_MONTHS.get(name) or _FULL_MONTHS.get(name) or _MONTHS.get(name[:3], 0)


def _sane(date: datetime | None) -> datetime | None:
    return date if date is not None and date.year >= _EARLIEST_YEAR else None
