"""Reads when a feed wants to be polled: `ttl`, `skipHours`, `skipDays` and the syndication module.

The elements are rarely used and often wrong, so they are searched for in the text around the
entries; feedparser knows only some of them.
"""

import re
from datetime import timedelta

from straitwatch.core.model import DocumentHints

_AROUND = 20_000  # characters before the first and after the last entry
_ENTRY = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s>/]", re.IGNORECASE)
_ENTRY_ENDS = ("</item>", "</entry>")
_TTL = re.compile(r"<ttl\s*>\s*(\d{1,6})\s*<", re.IGNORECASE)
_PERIOD = re.compile(r"<(?:\w{1,20}:)?updatePeriod\s*>\s*(\w{1,10})\s*<", re.IGNORECASE)
_FREQUENCY = re.compile(r"<(?:\w{1,20}:)?updateFrequency\s*>\s*(\d{1,4})\s*<", re.IGNORECASE)
_SKIP_HOURS = re.compile(r"<skipHours\s*>(.{0,2000}?)</skipHours", re.IGNORECASE | re.DOTALL)
_HOUR = re.compile(r"<hour\s*>\s*(\d{1,2})\s*<", re.IGNORECASE)
_SKIP_DAYS = re.compile(r"<skipDays\s*>(.{0,1000}?)</skipDays", re.IGNORECASE | re.DOTALL)
_DAY = re.compile(r"<day\s*>\s*(\w{1,10})\s*<", re.IGNORECASE)

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DEFAULT = ("hourly", 1)  # WordPress writes it into every feed, whatever the site publishes


def read_hints(text: str) -> DocumentHints:
    """Return the wishes of an RSS or RDF document."""
    around = around_entries(text)
    return DocumentHints(
        every=_ttl(around) or _update_period(around),
        skip_hours=_skip_hours(around),
        skip_days=_skip_days(around),
    )


def around_entries(text: str) -> str:
    """Return the text before the first and after the last entry, without long parts."""
    first = _ENTRY.search(text)
    if first is None:
        return text[:_AROUND]
    end = max(text.rfind(tag) for tag in _ENTRY_ENDS)
    return text[: min(first.start(), _AROUND)] + text[max(end, first.end()) :][:_AROUND]


def _ttl(text: str) -> timedelta | None:
    found = _TTL.search(text)
    return timedelta(minutes=int(found[1])) if found and int(found[1]) else None


def _update_period(text: str) -> timedelta | None:
    period, frequency = _PERIOD.search(text), _FREQUENCY.search(text)
    if period is None:
        return None
    name, times = period[1].lower(), int(frequency[1]) if frequency else 1
    if (name, times) == _DEFAULT or name not in _PERIODS or times == 0:
        return None
    return _PERIODS[name] / times


def _skip_hours(text: str) -> tuple[int, ...]:
    block = _SKIP_HOURS.search(text)
    hours = {int(hour) % 24 for hour in _HOUR.findall(block[1])} if block else set()
    return tuple(sorted(hours)) if len(hours) < 24 else ()  # noqa: PLR2004 - hours of a day


def _skip_days(text: str) -> tuple[int, ...]:
    block = _SKIP_DAYS.search(text)
    names = {name.lower() for name in _DAY.findall(block[1])} if block else set()
    days = tuple(number for number, name in enumerate(_DAYS) if name in names)
    return days if len(days) < len(_DAYS) else ()
