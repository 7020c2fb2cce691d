"""Replaces the secrets in addresses that people and logs see."""

import re
from collections.abc import Iterable, Iterator

from straitwatch.core.model import Feed

SHORTEST_SECRET = 6  # characters; shorter ones also occur in ordinary words
_HIDDEN = "***"
SENSITIVE_NAME = (  # a pattern of the names, or their ends, of parameters that hold secrets
    r"(?i:token|key|secret|auth|authorization|cookie|passw(?:or)?d|pass|pwd|sig|signature"
    r"|credentials?|code)"
)
_IS_SENSITIVE = re.compile(f"{SENSITIVE_NAME}$")
_LOGIN = re.compile(r"(?<=://)[^/?#\s]*(?=@)")
_PARAMETER = re.compile(r"(?<=[?&;])(?P<name>[^=&;#\s]*)=(?P<value>[^&;#\s]+)")


def is_secret_name(name: str) -> bool:
    """Return True if a parameter of this name holds a secret, such as `api_key`."""
    return _IS_SENSITIVE.search(name) is not None


def redact_address(address: str) -> str:
    """Return an address without its user, password and secret parameters."""
    return redact_parameters(_LOGIN.sub(_HIDDEN, address))


def redact_parameters(address: str) -> str:
    """Return an address without the values of its secret parameters, such as `?token=…`."""
    return _PARAMETER.sub(_without_value, address)


def redact_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return a text without these secrets; a short one, such as `p`, is redacted as a word only."""
    for secret in filter(None, secrets):
        part = re.escape(secret)
        pattern = part if len(secret) >= SHORTEST_SECRET else rf"(?<!\w){part}(?!\w)"
        text = re.sub(pattern, _HIDDEN, text)
    return text


def feed_secrets(feed: Feed) -> Iterator[str]:
    """Yield the secrets of a feed: logins and parameters of its address, and its headers."""
    if login := _LOGIN.search(feed.url):
        yield from filter(None, (login[0], *login[0].split(":", 1)))
    for name, value in (*_PARAMETER.findall(feed.url), *feed.headers):
        if is_secret_name(name):
            yield value


def _without_value(parameter: re.Match[str]) -> str:
    name = parameter["name"]
    return f"{name}={_HIDDEN}" if is_secret_name(name) else parameter[0]
