"""Writes the headers of requests, and reads those of responses."""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from straitwatch.core.model import PollPolicy, Validators
from straitwatch.fetch.decoders import ACCEPT_ENCODING
from straitwatch.fetch.head import IGNORED

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml,"
    " application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
# At most nine digits of seconds, which are 31 years; a longer number would overflow.
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
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


def read_max_age(headers: Mapping[str, str]) -> timedelta | None:
    """Return the `max-age` of a response, if any."""
    found = _MAX_AGE.search(headers.get("Cache-Control", ""))
    return timedelta(seconds=int(found[1])) if found else None


def read_retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Return the wait that the server requests, if any.

    A date is compared with the server's clock: RFC 9110 (6.6.1) requires a `Date` header from every
    server with a clock. Without that header, the date is ignored.
    """
    value = headers.get("Retry-After", "")
    if found := _SECONDS.fullmatch(value):
        return timedelta(seconds=int(found[1]))
    until, present = read_date(value), read_date(headers.get("Date", ""))
    if until is None or present is None:
        return None
    return max(until - present, timedelta(0))


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
