"""Reads the time zone of a date; an unknown zone makes the date unknown."""

import re
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Offsets of abbreviations, in minutes. The five American zones are those of RFC 822.
_ABBREVIATIONS = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "bst": 60, "ist": 330,
    "cet": 60, "mez": 60, "cest": 120, "mesz": 120, "eet": 120, "eest": 180, "trt": 180,
    "msk": 180, "мск": 180, "msd": 240,
    "est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360,
    "pst": -480, "pdt": -420, "akst": -540, "akdt": -480, "hst": -600,
    "hkt": 480, "sgt": 480, "pht": 480, "awst": 480, "myt": 480, "wib": 420, "ict": 420,
    "jst": 540, "kst": 540, "aest": 600, "aedt": 660, "acst": 570, "acdt": 630,
    "nzst": 720, "nzdt": 780,
    "pkt": 300, "npt": 345, "gst": 240, "irst": 210, "sast": 120, "eat": 180, "wat": 60,
    "cat": 120, "brt": -180, "art": -180,
}  # fmt: skip
# Abbreviations that mean something else in other countries: the offsets there, in minutes.
_ELSEWHERE = {
    "cst": (480,), "est": (600, 660), "edt": (660,), "pst": (480,), "mst": (390, 480),
    "ist": (60, 120, 180), "bst": (360, 660),
}  # fmt: skip
# Names of zones, without "time" and "zone" at the end.
_NAMES = {
    "et": "America/New_York", "eastern": "America/New_York", "ct": "America/Chicago",
    "central": "America/Chicago", "mt": "America/Denver", "mountain": "America/Denver",
    "pt": "America/Los_Angeles", "pacific": "America/Los_Angeles",
    "new york": "America/New_York", "washington": "America/New_York", "london": "Europe/London",
    "brussels": "Europe/Brussels", "paris": "Europe/Paris", "berlin": "Europe/Berlin",
    "moscow": "Europe/Moscow", "moscow standard": "Europe/Moscow", "kyiv": "Europe/Kyiv",
    "kiev": "Europe/Kyiv", "china standard": "Asia/Shanghai", "beijing": "Asia/Shanghai",
    "taipei": "Asia/Taipei", "taipei standard": "Asia/Taipei", "taiwan": "Asia/Taipei",
    "hong kong": "Asia/Hong_Kong", "hong kong standard": "Asia/Hong_Kong",
    "tokyo": "Asia/Tokyo", "japan": "Asia/Tokyo", "japan standard": "Asia/Tokyo",
    "tokyo standard": "Asia/Tokyo", "seoul": "Asia/Seoul", "korea": "Asia/Seoul",
    "korea standard": "Asia/Seoul", "singapore": "Asia/Singapore",
    "singapore standard": "Asia/Singapore", "manila": "Asia/Manila",
    "eastern standard": "Etc/GMT+5", "eastern daylight": "Etc/GMT+4",
    "central standard": "Etc/GMT+6", "central daylight": "Etc/GMT+5",
    "mountain standard": "Etc/GMT+7", "mountain daylight": "Etc/GMT+6",
    "pacific standard": "Etc/GMT+8", "pacific daylight": "Etc/GMT+7",
    "greenwich mean": "Etc/UTC", "coordinated universal": "Etc/UTC", "universal": "Etc/UTC",
    "台北時間": "Asia/Taipei", "臺北時間": "Asia/Taipei", "台灣時間": "Asia/Taipei",
    "臺灣時間": "Asia/Taipei", "台北时间": "Asia/Taipei", "台湾时间": "Asia/Taipei",
    "北京时间": "Asia/Shanghai", "北京時間": "Asia/Shanghai", "香港時間": "Asia/Hong_Kong",
    "香港时间": "Asia/Hong_Kong", "日本時間": "Asia/Tokyo", "東京時間": "Asia/Tokyo",
    "日本標準時": "Asia/Tokyo", "한국시간": "Asia/Seoul", "한국 시간": "Asia/Seoul",
}  # fmt: skip
_TIME_WORD = re.compile(r"\s+(?:time|zone|time zone)$")
_REGION = re.compile(r"\[?([A-Za-z]+(?:/[A-Za-z0-9_+-]+){1,2})\]?")
# "- 12:00" with a space is the end of an event, not an offset.
_OFFSET = re.compile(
    r"(?:(?:GMT|UTC|UT|Z)\s*)?([+-])(?!(?<=-)\s\d+:)\s?(\d{1,2})(?:[:.]?(\d{2}))?(?!\d)"
)
# A "+" in an address is read as a space.
_LOST_PLUS = re.compile(r"(?:(?:GMT|UTC)\s)?(\d{2}):?(\d{2})(?P<comment>\D*)")
_COMMENT = re.compile(r"[\s()\[\]/,.]*(?:[^\W\d]+[\s()\[\]/,._-]*)*")  # beside an offset
_GO_CLOCK = re.compile(r" m=[+-]\d+\.\d+$")  # Go prints the monotonic clock too
_MIN_OFFSET, _MAX_OFFSET, _STEP = -12 * 60, 14 * 60, 15


def default_zone(name: str | None) -> tzinfo:
    """Return the configured zone of a feed; UTC if there is none or it is unknown."""
    return (_region(name) if name else None) or ZoneInfo("UTC")


def read_zone(text: str, *, default: tzinfo, local: datetime) -> tzinfo | None:
    """Read the zone that a date names.

    Args:
        text: the end of the date, after the time, such as "+0800 CST" or "(GMT+9)".
        default: the zone of the feed, for a date without a zone and for ambiguous abbreviations.
        local: the date without its zone.

    Returns:
        The zone, or None if it is unknown or contradicts itself.
    """
    text = _GO_CLOCK.sub("", text).strip().replace("−", "-")
    if not text:
        return default
    region = _REGION.fullmatch(text)
    if region:
        return _region(region[1])
    if any(mark in text for mark in "+-"):
        return _offset(text)
    plus = _LOST_PLUS.fullmatch(text)
    if plus and _COMMENT.fullmatch(plus["comment"]):
        return _fixed(int(plus[1]) * 60 + int(plus[2]))
    return _named(text.strip("()[]. ").lower(), default, local)


def _region(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _offset(text: str) -> tzinfo | None:
    """Read the offset in a text like "GMT+0800 (China Standard Time)"; the names are comments."""
    found = {
        (-1 if sign == "-" else 1) * (int(hours) * 60 + int(minutes or 0))
        for sign, hours, minutes in _OFFSET.findall(text)
    }
    if len(found) != 1 or not _COMMENT.fullmatch(_OFFSET.sub("", text)):
        return None
    return _fixed(found.pop())


def _fixed(minutes: int) -> tzinfo | None:
    if not _MIN_OFFSET <= minutes <= _MAX_OFFSET or minutes % _STEP:
        return None
    return timezone(timedelta(minutes=minutes))


def _named(name: str, default: tzinfo, local: datetime) -> tzinfo | None:
    own = default.utcoffset(local)
    if own is not None and own.total_seconds() / 60 in _ELSEWHERE.get(name, ()):
        return default
    if name in _ABBREVIATIONS:
        return timezone(timedelta(minutes=_ABBREVIATIONS[name]))
    region = _NAMES.get(_TIME_WORD.sub("", name))
    return _region(region) if region else None
