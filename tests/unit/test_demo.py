"""The demonstration is the real thing: a valid configuration and valid feeds."""

from datetime import UTC, datetime, time

from straitwatch.config import load_config
from straitwatch.core.parse import parse_feed
from straitwatch.demo import _rss, read_stream, write_demo_config
from straitwatch.shipped import shipped

NOON = datetime(2026, 11, 23, 12, 1, tzinfo=UTC)


def test_configuration_of_the_demonstration_is_valid_and_watches_every_feed(tmp_path) -> None:
    stream = read_stream(shipped("seeds"))

    directory = write_demo_config(tmp_path, stream, port=8000, digest_at=NOON)
    config = load_config(directory, environ={})

    assert [feed.name for feed in config.feeds] == [feed["name"] for feed in stream.feeds]
    assert [digest.at for digest in config.alerts.digests] == [(time(12, 1),)]


def test_demonstration_feed_carries_what_has_happened_newest_first() -> None:
    stream = read_stream(shipped("seeds"))
    shown = stream.items[:5]

    parsed = parse_feed(_rss("Demo <Wire>", shown))

    assert parsed.problem is None
    assert [entry.guid for entry in parsed.entries] == [item["guid"] for item in reversed(shown)]


def test_stream_is_in_order_of_time() -> None:
    times = [float(item["at"]) for item in read_stream(shipped("seeds")).items]

    assert times == sorted(times)
