"""Parses the dates of publishers to aware UTC; an ambiguous date becomes None."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_EARLIEST_YEAR = 1990  # RSS is from 1999; 1970 means "no date"
_MAX_TEXT = 120

# Offsets of abbreviations, in minutes. CST is China's time if the feed's zone is +8.
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "bst": 60, "ist": 330,
    "cet": 60, "mez": 60, "cest": 120, "mesz": 120, "eet": 120, "eest": 180, "trt": 180,
    "msk": 180, "msd": 240,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360,
    "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600,
    "hkt": 480, "sgt": 480, "pht": 480, "awst": 480, "wib": 420, "ict": 420,
    "jst": 540, "kst": 540, "aest": 600, "aedt": 660, "acst": 570, "nzst": 720, "nzdt": 780,
    "pkt": 300, "gst": 240, "irst": 210, "sast": 120, "eat": 180, "brt": -180, "art": -180,
}  # fmt: skip
_CHINA = 480
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9,
    "oct": 10, "nov": 11, "dec": 12,
    "янв": 1, "фев": 2, "мар": 3, "апр": 4, "мая": 5, "май": 5, "июн": 6, "июл": 7, "авг": 8,
    "сен": 9, "окт": 10, "ноя": 11, "дек": 12,
    "січ": 1, "лют": 2, "бер": 3, "кві": 4, "тра": 5, "чер": 6, "лип": 7, "сер": 8, "вер": 9,
    "жов": 10, "лис": 11, "гру": 12,
    "ene": 1, "abr": 4, "ago": 8, "dic": 12, "fev": 2, "fév": 2, "avr": 4, "mai": 5, "jui": 6,
    "aoû": 8, "aou": 8, "déc": 12, "set": 9, "out": 10, "dez": 12, "mär": 3, "okt": 10, "mrt": 3,
    "mei": 5, "gen": 1, "mag": 5, "giu": 6, "lug": 7, "ott": 10,
}  # fmt: skip
_FULL_MONTHS = {"juillet": 7, "juil": 7, "липня": 7, "червня": 6, "листопада": 11}

_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?"
)
_ZONE = (
    r"(?:(?P<zone>[+-]\d{1,2}:?\d{2}|(?:GMT|UTC|UT)?\s?[+-]\d{1,2}(?::?\d{2})?|[A-Za-z]{1,5})"
    r"(?:\s*\([^)]*\))?)"
)
_TAIL = rf"(?:(?:\s*[T,]\s*|\s+(?:-|–|at|в|um|o)\s+|\s*){_TIME}\s*{_ZONE}?)?"
_WEEKDAY = r"(?:[^\W\d]{2,12}\.?,?\s+)?"
_MONTH_NAME = r"(?P<name>[^\W\d_]{3,12})\.?"
_FLAGS = re.IGNORECASE
_FORMS: tuple[re.Pattern[str], ...] = (
    # 2026-11-23T10:00:00+08:00   2026/11/23 10:00:00   2026.11.23
    re.compile(
        rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TAIL}", _FLAGS
    ),
    # Mon, 23 Nov 2026 10:00:00 +0800   23 ноября 2026, 10:00   23-Nov-26
    re.compile(
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?(?:\s+de)?[\s-]+{_MONTH_NAME}(?:\s+de)?[\s,-]+"
        rf"(?P<year>\d{{4}}|\d{{2}})(?:\s*г\.?(?:ода)?)?{_TAIL}",
        _FLAGS,
    ),
    # Wednesday, February 25, 2026 - 21:07   Nov 23, 2026 10:00 AM
    re.compile(
        rf"{_WEEKDAY}{_MONTH_NAME}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_TAIL}",
        _FLAGS,
    ),
    # Mon Nov 23 10:00:00 UTC 2026
    re.compile(
        rf"{_WEEKDAY}{_MONTH_NAME}\s+(?P<day>\d{{1,2}})\s+{_TIME}\s+(?:{_ZONE}\s+)?(?P<year>\d{{4}})",
        _FLAGS,
    ),
    # 23.11.2026 10:00
    re.compile(rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}){_TAIL}", _FLAGS),
    # 2026年11月23日 10:00   115年11月23日   民國115年   2026년 11월 23일
    re.compile(
        r"(?P<roc>民國|民国|中華民國)?\s*(?P<year>\d{2,4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日號号일]?"
        r"(?:\s*[(（]?(?:星期|週|周)?[一二三四五六日天월화수목금토]?(?:曜日|요일)?[)）]?)?\s*"
        r"(?P<cjk_half>上午|下午|晚上|凌晨|오전|오후|午前|午後)?\s*"
        rf"(?:{_TIME}|(?P<hour2>\d{{1,2}})\s*[时時點点시](?:\s*(?P<minute2>\d{{1,2}})\s*[分분])?(?:\s*\d{{1,2}}\s*[秒초])?)?\s*{_ZONE}?",
        _FLAGS,
    ),
    # 115-11-23, 115/11/23 10:00 (years of the Republic of China)
    re.compile(
        rf"(?P<year>1\d{{2}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_TAIL}", _FLAGS
    ),
    # 11/23/2026, 23/11/2026: only where the day cannot be a month
    re.compile(
        rf"(?P<month>0?[1-9]|1[0-2])/(?P<day>1[3-9]|[23]\d)/(?P<year>\d{{4}}){_TAIL}", _FLAGS
    ),
    re.compile(
        rf"(?P<day>1[3-9]|[23]\d)/(?P<month>0?[1-9]|1[0-2])/(?P<year>\d{{4}}){_TAIL}", _FLAGS
    ),
    # 20261123T100000Z, 20261123
    re.compile(
        r"(?P<year>(?:19|20)\d{2})(?P<month>[01]\d)(?P<day>[0-3]\d)"
        rf"(?:[T\s]?(?P<hour>\d{{2}}):?(?P<minute>\d{{2}})(?::?(?P<second>\d{{2}}))?\s*{_ZONE}?)?",
        _FLAGS,
    ),
)
_UNIX = re.compile(r"\d{9,10}(?:\.\d+)?|\d{13}")
_AFTERNOON = {"下午", "晚上", "오후", "午後"}
_ROC_ERA = 1911


def parse_date(text: str, *, timezone: str | None = None) -> datetime | None:
    """Parse a date in any form that feeds use; `timezone` applies if the date has no zone."""
    text = " ".join(text[:_MAX_TEXT].split())
    if not text:
        return None
    try:
        if _UNIX.fullmatch(text):
            return _sane(_from_unix(text))
        found = _first_match(text)
        return None if found is None else _sane(_from_match(found.groupdict(), _zone(timezone)))
    except (ValueError, OverflowError, KeyError):
        return None


def _first_match(text: str) -> re.Match[str] | None:
    return next((found for form in _FORMS if (found := form.fullmatch(text))), None)


def _from_unix(text: str) -> datetime:
    seconds = float(text) / (1000 if len(text) == 13 else 1)  # noqa: PLR2004 - milliseconds
    return datetime.fromtimestamp(seconds, UTC)


def _from_match(part: dict[str, str | None], default: tzinfo) -> datetime:
    hour, minute, second = _clock(part)
    day = datetime(_year(part), _month(part), int(part["day"] or 0), tzinfo=UTC)
    local = day + timedelta(hours=hour, minutes=minute, seconds=second)
    zone = _named_zone(part.get("zone") or "", default, local)
    return local.replace(tzinfo=zone).astimezone(UTC)


def _clock(part: dict[str, str | None]) -> tuple[int, int, int]:
    hour = int(part.get("hour") or part.get("hour2") or 0)
    minute = int(part.get("minute") or part.get("minute2") or 0)
    second = min(int(part.get("second") or 0), 59)  # a leap second
    half = (part.get("half") or "").lower()
    afternoon = half == "p" or part.get("cjk_half") in _AFTERNOON
    if half == "a" and hour == 12:  # noqa: PLR2004
        hour = 0
    if afternoon and hour < 12:  # noqa: PLR2004
        hour += 12
    if hour > 24 or minute > 59 or (hour == 24 and minute + second):  # noqa: PLR2004
        raise ValueError(hour)
    return hour, minute, second


def _year(part: dict[str, str | None]) -> int:
    written = part["year"] or ""
    year = int(written)
    if part.get("roc") or len(written) == 3:  # noqa: PLR2004
        return year + _ROC_ERA
    return year + 2000 if len(written) == 2 else year  # noqa: PLR2004


def _month(part: dict[str, str | None]) -> int:
    if part.get("month"):
        return int(part["month"] or 0)
    name = (part.get("name") or "").lower()
    return _FULL_MONTHS.get(name) or _MONTHS[name[:3]]


def _named_zone(name: str, default: tzinfo, local: datetime) -> tzinfo:
    name = name.strip().lower()
    if not name:
        return default
    offset = re.fullmatch(r"(?:gmt|utc|ut)?\s?([+-])(\d{1,2}):?(\d{2})?", name)
    if offset:
        minutes = int(offset[2]) * 60 + int(offset[3] or 0)
        return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    if name == "cst" and default.utcoffset(local.replace(tzinfo=None)) == timedelta(minutes=_CHINA):
        return default
    return timezone(timedelta(minutes=_ZONES[name])) if name in _ZONES else default


def _zone(name: str | None) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _sane(date: datetime) -> datetime | None:
    return date if date.year >= _EARLIEST_YEAR else None
