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


def token_in_clear(data: object) -> Iterator[tuple[str, str]]:
    """Yield the token, so that it is not stored with the configuration."""
    web = data.get("web") if isinstance(data, dict) else None
    token = web.get("token") if isinstance(web, dict) else None
    if isinstance(token, str) and token:
        yield "token", token
