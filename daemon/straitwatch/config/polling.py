"""Reads how feeds are polled, and the proxies of all requests."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from straitwatch.config.schemas.settings import PollingSchema
from straitwatch.core.model import NO_PROXIES, PollPolicy, Proxies

NO_PROXY = "none"  # the value of `polling.proxy` that ignores the environment
_SCHEMES = ("http", "https")


def poll_policy(polling: PollingSchema, environ: Mapping[str, str]) -> PollPolicy:
    """Return the policy of polls."""
    return PollPolicy(
        interval=polling.interval,
        # An interval outside the default bounds moves them; explicit bounds are checked.
        min_interval=min(polling.min_interval, polling.interval),
        max_interval=max(polling.max_interval, polling.interval),
        contact=polling.contact,
        allow_private_addresses=polling.allow_private_addresses,
        concurrency=polling.concurrency,
        per_host=polling.per_host,
        spacing=polling.spacing,
        timeout=polling.timeout,
        max_bytes=polling.max_bytes,
        proxies=read_proxies(polling.proxy, environ),
    )


def read_proxies(setting: str, environ: Mapping[str, str]) -> Proxies:
    """Return the configured proxy, or those of the environment.

    As in curl, lower case goes before upper case, and `all_proxy` stands for both schemes.
    """
    if setting.strip().lower() == NO_PROXY:
        return NO_PROXIES
    bypass = tuple(_variable(environ, "no_proxy").replace(",", " ").split())
    if setting.strip():
        proxy = setting.strip()
        return Proxies(http=proxy, https=proxy, bypass=bypass, source="polling.proxy")
    http, https = (_proxy_of(environ, scheme) for scheme in _SCHEMES)
    if not http and not https:
        return NO_PROXIES
    return Proxies(http=http, https=https, bypass=bypass, source="the environment")


def proxy_problem(address: str) -> tuple[str, str] | None:
    """Return the mistake in the address of a proxy, and a hint."""
    hint = "http://proxy.example:3128"
    try:
        parts = urlsplit(address)
        is_usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return "not the address of a proxy", hint
    if parts.scheme.startswith("socks"):
        return "a SOCKS proxy cannot be used", f"name an HTTP proxy, such as {hint}"
    if parts.scheme not in _SCHEMES or not is_usable:
        return "not the address of a proxy", hint
    return None


def unusable_variables(environ: Mapping[str, str]) -> list[str]:
    """Return the variables whose proxy cannot be used; requests do not go through it."""
    names = ("http_proxy", "https_proxy", "all_proxy")
    values = {name: _variable(environ, name) for name in names}
    return [name for name, value in values.items() if value and proxy_problem(_whole(value))]


def _proxy_of(environ: Mapping[str, str], scheme: str) -> str:
    for name in (f"{scheme}_proxy", "all_proxy"):
        address = _whole(_variable(environ, name))
        if address and not proxy_problem(address):
            return address
    return ""


def _whole(address: str) -> str:
    """Complete an address without a scheme, which is usual in these variables."""
    return f"http://{address}" if address and "://" not in address else address


def _variable(environ: Mapping[str, str], name: str) -> str:
    return (environ[name] if name in environ else environ.get(name.upper(), "")).strip()
