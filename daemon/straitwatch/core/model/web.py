"""Who may see the pages."""

from dataclasses import dataclass, field
from typing import Final

LOOPBACK: Final = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAccess:
    """The login of the pages; without token and header, only loopback is served."""

    token: str = field(default="", repr=False)
    user_header: str = ""  # of a proxy with a login; it holds the name of the person
    proxies: tuple[str, ...] = LOOPBACK  # addresses and networks of the proxies whose header counts
    is_loopback: bool = True  # the pages are served to this computer only

    @property
    def is_open(self) -> bool:
        """True if no login is needed."""
        return self.is_loopback and not self.token and not self.user_header
