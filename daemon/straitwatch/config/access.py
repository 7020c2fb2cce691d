"""Decides from the settings who may see the pages."""

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from straitwatch.config.schemas import WebSchema
from straitwatch.core.model import WebAccess

_VARIABLE = re.compile(r"\$\{\w+(:-)?\}")  # a default would be a token in clear text


def web_access(settings: WebSchema) -> WebAccess:
    """Return the login of the pages."""
    return WebAccess(
        token=settings.token,
        user_header=settings.user_header,
        proxies=settings.proxies,
        is_loopback=not _public_keys(settings),
    )


def missing_login(settings: WebSchema) -> tuple[str, str, str] | None:
    """Return key, warning and hint if pages without a login are closed, or perhaps published."""
    if not settings.listen or settings.token or settings.user_header:
        return None
    if public := _public_keys(settings):
        message = "the pages are closed: they have no login, and "
        message += {
            "listen": "they do not listen on loopback",
            "hosts": "`hosts` names them for others",
            "page_url": "`page_url` publishes them; only links in mails work",
        }[public[0]]
        return public[0], message, "set `token`, or `user_header` behind a proxy with a login"
    if not _is_loopback(urlsplit(settings.public_url).hostname or "localhost"):
        message = "`public_url` publishes this server, and its pages have no login"
        return (
            "public_url",
            message,
            "set `token`, and forward only paths below /push/",
        )
    return None


def page_hosts(settings: WebSchema) -> frozenset[str]:
    """Return the names under which the pages are served; addresses need no mention."""
    return frozenset(name.lower() for names in _hosts(settings).values() for name in names)


def _public_keys(settings: WebSchema) -> list[str]:
    """Return the settings that open the pages to other computers, perhaps through a proxy."""
    return [key for key, hosts in _hosts(settings).items() if not all(map(_is_loopback, hosts))]


def _hosts(settings: WebSchema) -> dict[str, tuple[str, ...]]:
    """Return the hosts that each setting names."""
    return {
        "listen": (settings.listen.rpartition(":")[0].strip("[]"),),
        "hosts": settings.hosts,
        "page_url": (urlsplit(settings.page_url).hostname or "localhost",),
    }


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return f".{host.lower()}".endswith(".localhost")


def tokens_in_clear(data: object) -> Iterator[tuple[str, str]]:
    """Yield keys and tokens in clear text, so that they are not stored with the configuration."""
    top = data if isinstance(data, dict) else {}
    token = _text(top.get("web"), "token")
    if token and not _VARIABLE.fullmatch(token):
        yield "token", token
    receivers = top.get("receivers")
    for receiver in receivers.values() if isinstance(receivers, dict) else ():
        token = _text(receiver, "app_token")
        if token and not _VARIABLE.fullmatch(token):
            yield "app_token", token


def _text(data: object, key: str) -> str:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""
