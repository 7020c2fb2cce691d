"""The only module that reads the time of day."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the current time as an aware UTC datetime."""
    return datetime.now(UTC)  # noqa: TID251 - the one place
