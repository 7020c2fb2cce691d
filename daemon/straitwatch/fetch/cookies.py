"""Keeps the cookies of one fetch: some sites set one and redirect to the same address."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from multidict import CIMultiDictProxy
from yarl import URL

from straitwatch.fetch.headers import read_date

_MAX_COOKIES = 20
_MAX_BYTES = 8_000  # of all of them; servers refuse longer headers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cookie:
    """A cookie as in RFC 6265; its value is sent back verbatim."""

    name: str
    value: str
    domain: str
    covers_subdomains: bool
    path: str
    is_secure: bool
    port: int | None

    @property
    def key(self) -> tuple[str, str, str, int | None]:
        return self.name, self.domain, self.path, self.port

    def may_come_from(self, host: str) -> bool:
        """Return True if the host may set the cookie: for itself, or for a domain above."""
        return bool(self.name) and (
            host == self.domain or ("." in self.domain and self._covers(host))
        )

    def is_for(self, url: URL) -> bool:
        """Return True if a request may carry the cookie.

        A cookie also stays on its port, unless the ports are the default ones of http and https.
        """
        is_path = url.path == self.path or url.path.startswith(self.path.rstrip("/") + "/")
        is_safe = not self.is_secure or url.scheme == "https"
        return self._covers(url.host or "") and is_path and is_safe and self.port == _port(url)

    def _covers(self, host: str) -> bool:
        if host == self.domain:
            return True
        return self.covers_subdomains and host.endswith(f".{self.domain}") and not _is_ip(host)


class FetchCookies:
    """The cookies that the hosts of one fetch have set; they are forgotten with it."""

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str, int | None], _Cookie] = {}

    def keep(self, url: URL, headers: CIMultiDictProxy[str], now: datetime) -> None:
        """Keep the cookies of a response, up to a limit."""
        for line in headers.getall("Set-Cookie", []):
            attributes = _read_attributes(line)
            cookie = _read_cookie(line, attributes, url)
            if not cookie.may_come_from(url.host or ""):
                continue
            self._cookies.pop(cookie.key, None)
            if not _is_expired(attributes, now) and self._has_room(cookie):
                self._cookies[cookie.key] = cookie

    def _has_room(self, cookie: _Cookie) -> bool:
        cookies = [*self._cookies.values(), cookie]
        size = sum(len(kept.name) + len(kept.value) for kept in cookies)
        return len(cookies) <= _MAX_COOKIES and size <= _MAX_BYTES

    def header_for(self, url: URL) -> str:
        """Return the Cookie header of a request; empty if there is none."""
        cookies = [cookie for cookie in self._cookies.values() if cookie.is_for(url)]
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in cookies)


def _read_attributes(line: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in line.split(";")[1:]]
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _read_cookie(line: str, attributes: dict[str, str], url: URL) -> _Cookie:
    name, equals, value = line.partition(";")[0].partition("=")
    domain = attributes.get("domain", "").removeprefix(".").lower()
    path = attributes.get("path", "")
    return _Cookie(
        name=name.strip() if equals else "",
        value=value.strip(),
        domain=domain or url.host or "",
        covers_subdomains=bool(domain),
        path=path if path.startswith("/") else url.path.rpartition("/")[0] or "/",
        is_secure="secure" in attributes,
        port=_port(url),
    )


def _is_expired(attributes: dict[str, str], now: datetime) -> bool:
    age = attributes.get("max-age", "")
    if age.removeprefix("-").isdecimal():
        return age.startswith("-") or not age.strip("0")
    expires_at = read_date(attributes.get("expires", ""))
    return expires_at is not None and expires_at <= now


def _port(url: URL) -> int | None:
    return None if url.is_default_port() else url.port


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
