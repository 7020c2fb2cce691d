"""Decides from the settings who may see the pages."""

import ipaddress
from collections.abc import Iterator

from straitwatch.config.schemas import WebSchema
from straitwatch.core.model import WebAccess


def web_access(settings: WebSchema) -> WebAccess:
    """Return the login of the pages."""
    host = settings.listen.rpartition(":")[0].strip("[]")
    return WebAccess(
        token=settings.token,
        user_header=settings.user_header,
        proxies=settings.proxies,
        is_loopback=_is_loopback(host),
    )


def closed_pages(settings: WebSchema) -> tuple[str, str] | None:
    """Return a warning and a hint if no person can log in to the pages."""
    access = web_access(settings)
    if access.is_loopback or access.token or access.user_header:
        return None
    message = "the pages are closed: they have no login, and they do not listen on loopback"
    return message, "set `token`, or `user_header` behind a proxy with a login"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() in ("", "localhost")


def tokens_in_clear(data: object) -> Iterator[tuple[str, str]]:
    """Yield keys and tokens in clear text, so that they are not stored with the configuration."""
    top = data if isinstance(data, dict) else {}
    token = _text(top.get("web"), "token")
    if token:
        yield "token", token
    receivers = top.get("receivers")
    for receiver in receivers.values() if isinstance(receivers, dict) else ():
        token = _text(receiver, "app_token")
        if token and not token.startswith("${"):
            yield "app_token", token


def _text(data: object, key: str) -> str:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""
