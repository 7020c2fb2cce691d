"""The proxies that requests go through, and the hosts that are asked directly."""

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """The proxy of each scheme; empty: none."""

    http: str = field(default="", repr=False)  # addresses may hold a password
    https: str = field(default="", repr=False)
    bypass: tuple[str, ...] = ()  # as in no_proxy
    source: str = ""  # where they are configured, for people

    def choose(self, scheme: str, host: str, port: int | None) -> str:
        """Return the proxy for a request; empty if it is made directly."""
        proxy = self.https if scheme == "https" else self.http
        if not proxy or any(_covers(entry, host.lower(), port) for entry in self.bypass):
            return ""
        return proxy


NO_PROXIES = Proxies()


def _covers(entry: str, host: str, port: int | None) -> bool:
    """Return True if an entry of no_proxy names a host: `*`, a domain, an address or a network."""
    entry = entry.strip().lower()
    if entry == "*":
        return True
    name, colon, number = entry.rpartition(":")
    if colon and number.isdecimal() and (":" not in name or name.endswith("]")):
        return int(number) == port and _covers(name, host, port)
    entry, host = entry.strip("[]"), host.strip("[]").rstrip(".")
    try:
        return ip_address(host) in ip_network(entry, strict=False)
    except ValueError:
        domain = entry.removeprefix("*").removeprefix(".")
        return bool(domain) and (host == domain or host.endswith(f".{domain}"))
