"""Pauses that hosts ask for."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from builders.feeds import NOON
from straitwatch.core.identity import host_of
from straitwatch.core.model import FetchFailed, FetchFailure, HostPause
from straitwatch.core.pauses import describe_pause, pause_of

HOUR = timedelta(hours=1)
PAUSE = HostPause(host="news.example", status=429, since_at=NOON, until_at=NOON + HOUR)


def refusal(**values: Any) -> FetchFailed:
    filled: dict[str, Any] = {
        "kind": FetchFailure.RATE_LIMITED,
        "detail": "answered 429 Too Many Requests",
        "status": 429,
        "retry_after": HOUR,
        "host": "news.example",
    }
    return FetchFailed(**(filled | values))


def test_pause_lasts_as_long_as_the_host_asks() -> None:
    assert pause_of(refusal(), NOON) == PAUSE


def test_pause_lasts_a_day_at_most() -> None:
    pause = pause_of(refusal(status=503, retry_after=timedelta(days=30)), NOON)

    assert pause is not None
    assert (pause.status, pause.until_at) == (503, NOON + timedelta(days=1))


@pytest.mark.parametrize(
    "values", [{"status": 403}, {"status": None}, {"retry_after": None}, {"host": ""}]
)
def test_pause_needs_a_429_or_503_with_a_time_and_a_host(values: dict[str, Any]) -> None:
    assert pause_of(refusal(**values), NOON) is None


def test_pause_is_described_with_its_host_reason_and_end() -> None:
    assert describe_pause(PAUSE, ZoneInfo("Asia/Taipei")) == (
        "news.example answered 429 and asked for a pause; none of its feeds is polled until"
        " 23 Nov 21:00 CST"
    )


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://News.Example/rss", "news.example"),
        ("https://user:secret@news.example:443/rss", "news.example"),
        ("http://news.example:8080/rss", "news.example:8080"),
        ("http://[::1]:8080/rss", "[::1]:8080"),
        (" https://台灣.example/rss", "xn--kpry57d.example"),
        ("http://news.example:port/", ""),
        ("rss", ""),
    ],
)
def test_host_of_an_address_is_its_name_with_an_unusual_port(url: str, host: str) -> None:
    assert host_of(url) == host
