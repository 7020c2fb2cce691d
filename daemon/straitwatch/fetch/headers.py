"""Writes the headers of requests, and reads those of responses."""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from multidict import CIMultiDictProxy

from straitwatch.core.model import PollPolicy, Validators
from straitwatch.fetch.decoders import ACCEPT_ENCODING
from straitwatch.fetch.head import IGNORED

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml,"
    " application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
# At most nine digits of seconds, which are 31 years; a longer number would overflow.
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_S_MAXAGE = re.compile(r"(?:^|[\s,])s-maxage\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
_NO_CACHE = re.compile(r"(?:^|[\s,])no-(?:cache|store)(?:$|[\s,=])", re.IGNORECASE)
_DIGITS = re.compile(r"\s*(\d{1,9})\s*")
_MAX_REMARK = 40  # characters of a server's text in a remark
_SECONDS = re.compile(r"\s*(\d{1,9})(?:\.\d+)?\s*")
# These headers are safe to send to any host; all other configured ones may be secrets.
_HARMLESS = frozenset({"user-agent", "accept", "accept-language"})


def base_headers(policy: PollPolicy, *, version: str) -> dict[str, str]:
    """Return the headers of every request."""
    contact = "".join(filter(str.isprintable, policy.contact)).strip()
    agent = f"Straitwatch/{version}" + (f" (+{contact})" if contact else "")
    return {"User-Agent": agent, "Accept": ACCEPT, "Accept-Encoding": ACCEPT_ENCODING}


def conditional_headers(validators: Validators) -> dict[str, str]:
    """Return the headers of a conditional request; validators are sent exactly as received."""
    headers: dict[str, str] = {}
    if validators.etag:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified:
        headers["If-Modified-Since"] = validators.last_modified
    return headers


def basic_auth(user: str, password: str) -> str:
    """Return the Authorization header for a user and password."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def for_other_host(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the configured headers that are safe to send to another host."""
    return {name: value for name, value in headers.items() if name.lower() in _HARMLESS}


def read_validators(headers: Mapping[str, str], host: str) -> Validators:
    """Return the validators of a response from a host."""
    etag = _sendable(headers.get("ETag", ""))
    last_modified = _sendable(headers.get("Last-Modified", ""))
    is_any = bool(etag or last_modified)
    return Validators(etag=etag, last_modified=last_modified, host=host if is_any else "")


def _sendable(value: str) -> str:
    # Bytes that are not UTF-8 arrive as lone surrogates, which cannot be stored or sent back.
    return value if value.isascii() or not re.search("[\ud800-\udfff]", value) else ""


def read_max_age(headers: CIMultiDictProxy[str], now: datetime) -> timedelta | None:
    """Return for how long a response stays fresh (RFC 9111, 4.2), if it says so.

    `no-cache` forbids no request, but a `max-age` beside it still says how often the feed changes.
    """
    directives = ", ".join(headers.getall("Cache-Control", []))
    found = _MAX_AGE.search(directives) or _S_MAXAGE.search(directives)
    if found:
        lifetime: timedelta | None = timedelta(seconds=int(found[1]))
    else:
        lifetime = None if _NO_CACHE.search(directives) else _time_until("Expires", headers, now)
    age = _DIGITS.fullmatch(headers.get("Age", ""))
    if lifetime is None or age is None:
        return lifetime
    return max(lifetime - timedelta(seconds=int(age[1])), timedelta(0))


def read_retry_after(headers: CIMultiDictProxy[str], now: datetime) -> timedelta | None:
    """Return the wait that the server requests, if any."""
    if found := _SECONDS.fullmatch(headers.get("Retry-After", "")):
        return timedelta(seconds=int(found[1]))
    return _time_until("Retry-After", headers, now)


def _time_until(name: str, headers: CIMultiDictProxy[str], now: datetime) -> timedelta | None:
    """Return the time until the date in a header, by the server's clock if it has one."""
    until, present = read_date(headers.get(name, "")), read_date(headers.get("Date", ""))
    return None if until is None else max(until - (present or now), timedelta(0))


def describe_repairs(headers: Mapping[str, str], unknown_codings: Sequence[str] = ()) -> str:
    """Say which parts of a response were ignored; empty if it was well-formed."""
    parts = []
    if line := headers.get(IGNORED):
        parts.append(f"ignored malformed response headers: {line}")
    if unknown_codings:
        names = re.sub(r"[^ -~]", "?", ", ".join(unknown_codings))[:_MAX_REMARK]
        parts.append(f"ignored an unknown content encoding: {names}")
    return "; ".join(parts)


def read_date(value: str) -> datetime | None:
    """Return the time of an HTTP date, if it is one."""
    try:
        parsed = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
