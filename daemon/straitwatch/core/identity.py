"""Computes ids, so that they are the same before and after a crash, and resolves addresses."""

from base64 import b32encode
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import urljoin, urlsplit

_PORTS = {"http": 80, "https": 443}
_STORY_ID_CHARACTERS = 10  # 50 bits: a collision among 1 million stories has odds of 1 : 2,000


def alert_id(story_id: str, revision: int, *parts: str) -> str:
    """Compute the id of an alert, or of a message that merges `parts`."""
    return _key("alert", story_id, str(revision), *parts)


def delivery_key(alert: str, receiver: str, recipient: str) -> str:
    """Compute the id of a delivery of an alert to a recipient."""
    return _key("delivery", alert, receiver, recipient)


def action_id(*request: str) -> str:
    """Compute the id of a person's action from its request: a repeated request has the same id."""
    return derived_story_id("\x1f".join(("action", *request)))


def derived_story_id(text: str) -> str:
    """Compute a story id from a text such as the id of the story's first entry."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return b32encode(digest).decode("ascii").lower()[:_STORY_ID_CHARACTERS]


def _key(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode(), digest_size=10).hexdigest()


def join_url(base: str, link: str) -> str:
    """Return the absolute address of a link, as written; "" if it has none."""
    try:
        return urljoin(base, link)
    except ValueError:
        return ""


@lru_cache(maxsize=20_000)  # the hosts of due feeds are asked for several times a second
def host_of(url: str) -> str:
    """Return the host of an address, with its port unless it is the default; "" if it has none."""
    try:
        parts = urlsplit(url.strip())
        name, port = parts.hostname or "", parts.port
        name = name if name.isascii() else name.encode("idna").decode()
    except ValueError:
        return ""
    name = f"[{name}]" if ":" in name else name
    return name if port in (None, _PORTS.get(parts.scheme)) else f"{name}:{port}"
