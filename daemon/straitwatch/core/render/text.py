"""Cleans untrusted text for display; each medium escapes it afterwards."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

TITLE_LIMIT = 160  # characters of a headline
QUOTE_LIMIT = 500
NAME_LIMIT = 80
URL_LIMIT = 2_000
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_LONG_WORD = 30  # characters; a text without a blank in so many is cut inside a word
_BREAKS = re.compile("[\\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Characters that reorder, hide or break text: bidi controls, zero-width, tags, soft hyphen,
# fillers, interlinear marks, half surrogates. Joiners that scripts and emoji need are kept.
_UNSEEN = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\uffff\ufdd0-\ufdef\ud800-\udfff\U000e0000-\U000e0fff]"
)
_STRAY_JOINER = re.compile(
    "(?<![\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u18af\ufe0f\u2600-\u27bf\U0001f000-\U0001faff])"
    "[\u200c\u200d]|[\u200c\u200d]"
    "(?![\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u18af\u2600-\u27bf\U0001f000-\U0001faff])"
)
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff"
_STACKED = re.compile(f"([{_MARKS}]{{3}})[{_MARKS}]+")
_URL_SAFE = "/:?#[]@!$&()*+,;=-._~%"
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")


@dataclass(frozen=True, slots=True)
class LocalTimes:
    """The reader's time zone, and the day of a message, which its times do not repeat."""

    zone: ZoneInfo
    today: date | None = None

    def show(self, at: datetime) -> str:
        """Return `05:40`, `Sun 28 Sep, 05:40` on another day, with the year in another year."""
        local = at.astimezone(self.zone)
        if local.date() == self.today:
            return f"{local:%H:%M}"
        day = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}"
        is_this_year = self.today is not None and local.year == self.today.year
        return f"{day}{'' if is_this_year else f' {local.year}'}, {local:%H:%M}"

    def span(self, since: datetime, until: datetime) -> str:
        """Return `05:40 to 06:10`, with the day of the end if it is another one."""
        first_day = since.astimezone(self.zone).date()
        start, end = self.show(since), LocalTimes(self.zone, first_day).show(until)
        return start if start.endswith(end) else f"{start} to {end}"


@dataclass(frozen=True, slots=True)
class Marked:
    """A text in parts, some of which are matched words."""

    parts: tuple[tuple[str, bool], ...]

    def __str__(self) -> str:
        return "".join(part for part, _ in self.parts)


@dataclass(frozen=True, slots=True)
class Address:
    """A safe address, which is shown unchanged; only `safe_url` makes one."""

    url: str

    def __str__(self) -> str:
        return self.url

    def __bool__(self) -> bool:
        return bool(self.url)


@dataclass(frozen=True, slots=True)
class Link:
    """Text with a link to a page; with an empty `url`, plain text."""

    text: Marked
    url: Address

    def __str__(self) -> str:
        return str(self.text)


def shown(value: str, *, limit: int = TITLE_LIMIT) -> str:
    """Return text in one line, without characters that reorder, hide or break it."""
    return cut(_clean(value).strip(), limit)


def marked(value: str, spans: Sequence[tuple[int, int]], *, limit: int = TITLE_LIMIT) -> Marked:
    """Split text at the spans of its hits, clean every part, and keep about `limit` characters.

    Hits with nothing but blanks between them are one part, so that a phrase is marked once.
    """
    parts: list[tuple[str, bool]] = []
    position = 0
    for start, end in _joined(value, spans):
        parts += [(value[position:start], False), (value[start:end], True)]
        position = end
    parts.append((value[position:], False))
    return Marked(_bounded([(_clean(text), is_hit) for text, is_hit in parts], limit))


def _joined(value: str, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the spans in order, without wrong ones, and join those with only blanks between."""
    first = last = 0
    for start, end in sorted(spans):
        if not last <= start < end <= len(value):
            continue
        if first < last and not value[last:start].strip():
            last = end
            continue
        if first < last:
            yield first, last
        first, last = start, end
    if first < last:
        yield first, last


def link(title: Marked | str, url: str) -> Link:
    """Return a link, or plain text if the address is not safe."""
    text = title if isinstance(title, Marked) else marked(title, ())
    return Link(text, Address(safe_url(url)))


def safe_url(url: str) -> str:
    """Return an http(s) address that is safe in every medium; "" if it is not."""
    if len(url) > URL_LIMIT or _BREAKS.search(url) or _UNSEEN.search(url):
        return ""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return ""
    host = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(host):
        return ""
    rest = url.partition("//")[2].removeprefix(parts.netloc)
    authority = host if port is None else f"{host}:{port}"
    safe = f"{parts.scheme}://{authority}{quote(rest, safe=_URL_SAFE)}"
    return safe if len(safe) <= URL_LIMIT else ""


def cut(text: str, limit: int) -> str:
    """Shorten text to `limit` characters, after a word if possible, and mark the cut."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    words, _, rest = head.rpartition(" ")
    is_between = text[limit - 1] == " "
    has_words = words and len(rest) <= _LONG_WORD
    return (words if has_words and not is_between else head).rstrip(" ,;:-–—") + "…"


def _clean(value: str) -> str:
    text = _UNSEEN.sub("", _BREAKS.sub(" ", value))
    text = _STACKED.sub(r"\1", _STRAY_JOINER.sub("", text))
    return re.sub(" {2,}", " ", text)


def _bounded(parts: list[tuple[str, bool]], limit: int) -> tuple[tuple[str, bool], ...]:
    """Merge, trim and cut parts. No part is empty, and no hit begins or ends with a space."""
    kept: list[tuple[str, bool]] = []
    left = limit
    for text, is_hit in parts:
        body = text.lstrip() if not kept else text
        if left <= 0 or not body:
            continue
        is_cut = len(body) > left
        body = cut(body, left)
        left -= left if is_cut else len(body)
        core = body.strip()
        if not is_hit or not core:
            kept.append((body, False))
            continue
        head, _, tail = body.partition(core)
        kept += [piece for piece in ((head, False), (core, True), (tail, False)) if piece[0]]
    return tuple(kept)
