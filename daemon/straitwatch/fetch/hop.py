"""The steps of a fetch, from the feed's address through its redirects."""

import re
from dataclasses import dataclass, field, replace
from typing import Self

from yarl import URL

from straitwatch.core.model import Feed, FetchFailed, FetchFailure, FetchResult
from straitwatch.fetch.cookies import FetchCookies
from straitwatch.fetch.failure import FetchError
from straitwatch.fetch.headers import basic_auth, for_other_host

_MAX_ADDRESS = 2_000  # characters; longer ones are not learned
_AS_WRITTEN = re.compile(r"[!-~]+")  # such addresses need no quoting and are sent unchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One request of a fetch: its address, and the configured headers that its host may see."""

    url: URL
    headers: dict[str, str]
    cookies: FetchCookies = field(default_factory=FetchCookies)  # of the whole fetch

    @classmethod
    def first(cls, feed: Feed) -> Self:
        """Return the first step.

        Raises:
            FetchError: the address is unusable.
        """
        url = _to_url(feed.url)
        if url.scheme not in ("http", "https") or not url.host:
            raise FetchError(FetchFailure.PROTOCOL, "the address is not http or https")
        # Title case, so that a configured header replaces a default one in any letter case.
        headers = {name.title(): value for name, value in feed.headers}
        if url.user is not None:
            headers.setdefault("Authorization", basic_auth(url.user, url.password or ""))
            url = url.with_user(None)
        return cls(url=url, headers=headers)

    @property
    def host(self) -> str:
        """The host of the address, with its port unless it is the default."""
        return self.url.host_port_subcomponent or ""

    def request_headers(self) -> dict[str, str]:
        """Return the headers of the request that are special to this step."""
        cookies = self.cookies.header_for(self.url)
        if not cookies:
            return self.headers
        configured = self.headers.get("Cookie")
        return self.headers | {"Cookie": f"{configured}; {cookies}" if configured else cookies}

    def follow(self, location: str) -> Self:
        """Return the step after a redirect.

        Raises:
            FetchError: the redirect must not be followed.
        """
        url = self.url.join(_to_url(location))
        if url.scheme not in ("http", "https") or not url.host:
            raise FetchError(
                FetchFailure.REDIRECT, "redirected to an address that is not http or https"
            )
        if self.url.scheme == "https" and url.scheme == "http":
            raise FetchError(FetchFailure.REDIRECT, "redirected from https to http")
        if url.user is not None:
            url = url.with_user(None)
        headers = self.headers if self._trusts(url) else for_other_host(self.headers)
        return replace(self, url=url, headers=headers)

    def follow_with_form(self, location: str) -> Self:
        """Return the step after a redirect of a form, which no stranger may read.

        Raises:
            FetchError: the redirect must not be followed.
        """
        hop = self.follow(location)
        if hop.url.scheme != "https" and hop.url.origin() != self.url.origin():
            raise FetchError(FetchFailure.REDIRECT, "redirected to another server without https")
        return hop

    def _trusts(self, other: URL) -> bool:
        if self.url.host != other.host:
            return False
        is_upgrade = self.url.scheme != other.scheme and other.is_default_port()
        return self.url.port == other.port or (self.url.is_default_port() and is_upgrade)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """A response that names another address."""

    location: str
    is_permanent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """The redirects of a fetch, and the place to which the permanent ones among them lead."""

    start: Hop
    hop: Hop
    is_permanent: bool = True  # so far
    moved_to: str = ""

    @classmethod
    def begin(cls, hop: Hop) -> Self:
        """Return the trail of a fetch that begins at a step."""
        return cls(start=hop, hop=hop)

    def follow(self, redirect: Redirect) -> Self:
        """Return the trail after a redirect.

        Raises:
            FetchError: the redirect must not be followed.
        """
        hop = self.hop.follow(redirect.location)
        is_permanent = self.is_permanent and redirect.is_permanent
        moved_to = str(hop.url) if is_permanent else self.moved_to
        return replace(self, hop=hop, is_permanent=is_permanent, moved_to=moved_to)

    def mark(self, result: FetchResult, *, asked: str) -> FetchResult:
        """Return a result with what the redirects before it show."""
        if isinstance(result, FetchFailed):
            return result
        is_redirected = bool(asked) or self.hop is not self.start
        is_move = len(self.moved_to) <= _MAX_ADDRESS and self.moved_to != str(self.start.url)
        return replace(
            result,
            asked=asked,
            moved_to=self.moved_to if is_move else "",
            validators=replace(result.validators, is_redirected=is_redirected)
            if result.validators
            else result.validators,
        )


def _to_url(text: str) -> URL:
    text = text.strip()
    return URL(text, encoded=_AS_WRITTEN.fullmatch(text) is not None)
