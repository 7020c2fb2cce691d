"""Finds the secrets that configuration files hold in clear text."""

from collections.abc import Iterator

from straitwatch.config.routing import TERMINAL


def addresses_in_clear(data: object) -> Iterator[str]:
    """Yield the addresses of receivers and of `canary.ping` that the file holds in clear text."""
    receivers = data.get("receivers") if isinstance(data, dict) else None
    for receiver in receivers.values() if isinstance(receivers, dict) else ():
        url = receiver.get("url") if isinstance(receiver, dict) else None
        if isinstance(url, str) and "://" in url and url != f"{TERMINAL}://":
            yield url
    canary = data.get("canary") if isinstance(data, dict) else None
    ping = canary.get("ping") if isinstance(canary, dict) else None
    if isinstance(ping, str) and "://" in ping:
        yield ping


def headers_in_clear(data: object) -> Iterator[tuple[str, str]]:
    """Yield the headers of feeds, because some give access to a subscription."""
    feeds = data.get("feeds") if isinstance(data, dict) else None
    for feed in feeds if isinstance(feeds, list) else ():
        headers = feed.get("headers") if isinstance(feed, dict) else None
        for name, value in headers.items() if isinstance(headers, dict) else ():
            yield str(name), str(value)
