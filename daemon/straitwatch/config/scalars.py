"""Reads the texts of a configuration: durations, sizes, times, days, time zones and phrases."""

import ipaddress
import re
from contextlib import suppress
from datetime import time, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from straitwatch.config.suggestions import did_you_mean
from straitwatch.core.model import FullText
from straitwatch.core.redact import redact_address

_WRITTEN_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:w|d|h|m|s)\s*)+")
_PART = re.compile(r"(\d+(?:\.\d+)?)([wdhms])")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(B|kB|MB)?", re.IGNORECASE)
_SIZES = {"": 1, "b": 1, "kb": 1_000, "mb": 1_000_000}
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIELDS = ("title", "summary", "body", "about")
_SHORTEST_PAUSE = timedelta(seconds=1)
_FULL_TEXT_BEFORE = {"true": "always", "false": "never"}  # the values of earlier versions
_LAST_PORT = 65_535
_HOST_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_LONGEST = timedelta(days=36_500)


def wrong(message: str, hint: str = "") -> PydanticCustomError:
    """Return an error whose message and hint are shown unchanged."""
    # The texts are passed as context, because pydantic would replace braces in a message.
    return PydanticCustomError("straitwatch", "{message}", {"message": message, "hint": hint})


def _duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    text = str(value).strip().lower()
    if text == "0":
        return timedelta(0)
    if not _DURATION.fullmatch(text):
        hint = f"did you mean `{text}m`? " if text.isdigit() else ""
        raise wrong(
            f"not a duration: {value}", f"{hint}write a number and a unit: 30s, 10m, 1h30m, 2d"
        )
    parts: dict[str, float] = {}
    for number, unit in _PART.findall(text):
        parts[_UNITS[unit]] = parts.get(_UNITS[unit], 0) + float(number)
    try:
        span = timedelta(**parts)
    except OverflowError:
        span = timedelta.max
    if span > _LONGEST:
        raise wrong(f"too long: {value}", "write at most 100 years")
    return span


def _pause(value: Any) -> timedelta:
    span = _duration(value)
    if span < _SHORTEST_PAUSE:
        raise wrong(f"too short: {value}", "write at least one second")
    return span


def read_duration(text: str) -> timedelta:
    """Read a duration such as `90s`, `4h` or `1d12h`.

    Raises:
        ValueError: it is not a duration; the error has a hint.
    """
    return _duration(text)


def write_duration(span: timedelta) -> str:
    """Write a duration with the largest exact unit: 48 hours as `2d`, 90 seconds as `90s`."""
    seconds = int(span.total_seconds())
    for size, letter in _WRITTEN_UNITS:
        if seconds and seconds % size == 0:
            return f"{seconds // size}{letter}"
    return "0s"


def _listen(value: Any) -> str:
    text = str(value).strip()
    host, colon, port = text.rpartition(":")
    is_port = port.isdecimal() and int(port) <= _LAST_PORT
    if text and not (colon and host.strip("[]") and is_port):
        raise wrong(
            f"not an address to listen on: {text}", "write host:port, such as 127.0.0.1:8650"
        )
    return text


def _network(value: Any) -> str:
    try:
        return str(ipaddress.ip_network(str(value).strip(), strict=False))
    except ValueError:
        raise wrong(
            f"neither an address nor a network: {value}", "write 10.0.0.5 or 10.0.0.0/8"
        ) from None


def _host_name(value: Any) -> str:
    text = str(value).strip().lower().removesuffix(".")
    with suppress(ValueError):
        return str(ipaddress.ip_address(text))
    with suppress(UnicodeError):
        name = text.encode("idna").decode()  # as browsers send it
        if _HOST_NAME.fullmatch(name):
            return name
    raise wrong(f"not the name of a host: {value}", "write the name alone: watch.example.org")


def _public_url(value: Any) -> str:
    text = str(value).strip().rstrip("/")
    if text and not _is_web_address(text):
        raise wrong(
            f"not the address of a web server: {redact_address(text)}",
            "write https://host or https://host/path",
        )
    return text


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        extras = (parts.query, parts.fragment, parts.username)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.hostname) and not any(extras)


def _size(value: Any) -> int:
    found = _SIZE.fullmatch(str(value).strip())
    if not found:
        raise wrong(f"not a size: {value}", "write a number and a unit: 500kB, 10MB")
    return int(float(found[1]) * _SIZES[(found[2] or "").lower()])


def _time(value: Any) -> time:
    if isinstance(value, time):
        return value
    found = _TIME.fullmatch(str(value).strip())
    if not found:
        raise wrong(f"not a time of day: {value}", 'write it as "07:30"')
    return time(int(found[1]), int(found[2]))


def _zone(value: Any) -> str:
    name = str(value).strip()
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        hint = (
            did_you_mean(name, available_timezones()) or "write a name such as Asia/Taipei or UTC"
        )
        raise wrong(f"unknown time zone: {name}", hint) from None
    return name


def _days(value: Any) -> tuple[int, ...]:
    if value is None or isinstance(value, tuple):
        return value or ()
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list):
        raise wrong("expected days", "write [mon-fri] or [sat, sun]")
    return tuple(sorted({day for item in items for day in _span(str(item))}))


def _span(text: str) -> list[int]:
    first, dash, last = text.strip().lower().partition("-")
    ends = [first, last] if dash else [first]
    for name in ends:
        if name not in DAYS:
            raise wrong(f"not a day: {text}", f"use {', '.join(DAYS)}, or a span such as mon-fri")
    begin = DAYS.index(first)
    length = (DAYS.index(ends[-1]) - begin) % 7
    return [(begin + step) % 7 for step in range(length + 1)]


def _full_text(value: Any) -> FullText:
    text = str(value).strip().lower()
    word = _FULL_TEXT_BEFORE.get(text, text)
    try:
        return FullText(word)
    except ValueError:
        raise wrong(f"not a value of full_text: {value}", "write auto, always or never") from None


def _phrase(value: Any) -> str:
    if value is None:
        raise wrong(
            "an empty item: YAML treats the text after `#` as a comment",
            "wrap the whole line in single quotes if `#` belongs to the text",
        )
    if isinstance(value, dict):
        key = next(iter(value), "")
        rest = str(value.get(key) or "")
        if key in _FIELDS:
            hint = f"no space is allowed after the colon of a field: {key}:{rest}"
        else:
            hint = f"wrap the whole line in single quotes: '{key}: {rest}'"
        raise wrong("a key instead of text: `: ` makes one in YAML", hint)
    if isinstance(value, list):
        raise wrong("a list instead of text", "wrap the whole line in single quotes")
    text = str(value)
    if not text.strip():
        raise wrong("an empty text", "delete this item")
    return text


_TEXTS = ["string", "number", "boolean"]  # an editor reads NO and 911 as other types

Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    WithJsonSchema(
        {
            "type": ["string", "integer"],
            "pattern": r"^((\d+(\.\d+)?[wdhms]\s*)+|0)$",
            "examples": ["10m", "1h30m", "2d"],
        }
    ),
]
Pause = Annotated[
    timedelta,
    BeforeValidator(_pause),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^(\d+(\.\d+)?[wdhms]\s*)+$",
            "examples": ["10m", "1h30m", "2d"],
        }
    ),
]
Listen = Annotated[
    str,
    BeforeValidator(_listen),
    WithJsonSchema({"type": "string", "examples": ["127.0.0.1:8650"]}),
]
Network = Annotated[
    str,
    BeforeValidator(_network),
    WithJsonSchema({"type": "string", "examples": ["10.0.0.5", "10.0.0.0/8"]}),
]
HostName = Annotated[
    str,
    BeforeValidator(_host_name),
    WithJsonSchema({"type": "string", "examples": ["watch.example.org"]}),
]
PublicUrl = Annotated[
    str,
    BeforeValidator(_public_url),
    WithJsonSchema({"type": "string", "examples": ["https://watch.example.org"]}),
]
Size = Annotated[
    int,
    BeforeValidator(_size),
    WithJsonSchema({"type": ["string", "integer"], "examples": ["500kB", "10MB"]}),
]


def _times(value: Any) -> tuple[time, ...]:
    if value == "hourly":
        return tuple(time(hour) for hour in range(24))
    items = value if isinstance(value, list | tuple) else [value]
    if not items:
        raise wrong("no time of day", 'write "07:30", ["07:30", "17:30"] or hourly')
    return tuple(sorted({_time(item) for item in items}))


TimesOfDay = Annotated[
    tuple[time, ...],
    BeforeValidator(_times),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": rf"{_TIME.pattern}|^hourly$"},
                {"type": "array", "items": {"type": "string", "pattern": _TIME.pattern}},
            ],
            "examples": ["07:30", ["07:30", "17:30"], "hourly"],
        }
    ),
]
TimeOfDay = Annotated[
    time,
    BeforeValidator(_time),
    WithJsonSchema({"type": "string", "pattern": _TIME.pattern, "examples": ["07:30"]}),
]
Zone = Annotated[
    str, BeforeValidator(_zone), WithJsonSchema({"type": "string", "examples": ["Asia/Taipei"]})
]
Days = Annotated[
    tuple[int, ...],
    BeforeValidator(_days),
    WithJsonSchema(
        {"type": ["array", "string"], "items": {"type": "string"}, "examples": [["mon-fri"]]}
    ),
]
FullTextText = Annotated[
    FullText,
    BeforeValidator(_full_text),
    WithJsonSchema({"enum": [*(str(value) for value in FullText), True, False]}),
]
Phrase = Annotated[str, BeforeValidator(_phrase), WithJsonSchema({"type": _TEXTS})]
