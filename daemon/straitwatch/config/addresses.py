"""Checks the addresses of feeds, and corrects those that are only written oddly."""

import re
from urllib.parse import urlsplit

_READER_SCHEME = re.compile(r"(?:feed|rss|itpc|pcast):(?://)?(?=(https?:)?)", re.IGNORECASE)
_AROUND = " \t\r\n\xa0\u200b\u200e\u200f\u3000\ufeff"


def correct_address(text: str) -> str:
    """Remove spaces around an address, and the scheme by which a browser opens a feed reader.

    `feed://host/path` is an old way to write `http://host/path`; `feed:https://...` is another.
    """
    address = text.strip(_AROUND)
    found = _READER_SCHEME.match(address)
    if found is None:
        return address
    rest = address[found.end() :]
    return rest if found[1] else f"http://{rest.lstrip('/')}"


def address_problem(url: str) -> tuple[str, str] | None:
    """Return the problem of a feed's address and a hint; None if it can be polled."""
    if any(character.isspace() for character in url):
        return "an address cannot contain spaces", "write a space as %20"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return f"not an address: {url}", "https://host/path"
    if parts.scheme not in ("http", "https") or not host:
        return f"not a web address: {url}", "a feed's address begins with https:// or http://"
    return None
