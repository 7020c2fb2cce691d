"""Pauses of hosts that ask for them: none of their feeds is polled before the end."""

from datetime import UTC, datetime, tzinfo
from http import HTTPStatus

from straitwatch.core.model import FetchFailed, HostPause
from straitwatch.core.policy import MAX_HOST_PAUSE

_ASKING = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


def pause_of(result: FetchFailed, now: datetime) -> HostPause | None:
    """Return the pause that a refusal asks for: 429 or 503 with Retry-After (RFC 9110, 10.2.3)."""
    if not result.host or not result.retry_after or result.status not in _ASKING:
        return None
    until_at = now + min(result.retry_after, MAX_HOST_PAUSE)
    return HostPause(host=result.host, status=result.status, since_at=now, until_at=until_at)


def describe_pause(pause: HostPause, zone: tzinfo = UTC) -> str:
    """Say in one sentence which host is not asked, why, and until when."""
    until = pause.until_at.astimezone(zone)
    return (
        f"{pause.host} answered {pause.status} and asked for a pause; none of its feeds is polled"
        f" until {until:%d %b %H:%M %Z}"
    )
