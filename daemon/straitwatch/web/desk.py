"""Holds the sources of the pages: the database, the active configuration and the clock."""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse

from straitwatch.config import Config
from straitwatch.core.rules import Rules
from straitwatch.store import Store, Transaction
from straitwatch.web.render import page, plain_time
from straitwatch.web.status import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The daemon, as its pages see it."""

    store: Store
    config: Callable[[], Config]  # the active one: a reload replaces it
    rules: Callable[[], Rules]  # of the active configuration
    clock: Callable[[], datetime]
    watch: Watch
    trial_turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # a trial keeps one core busy


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request, with the configuration and time that answer it."""

    request: Request
    desk: Desk
    config: Config
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the desk."""
        return ZoneInfo(self.config.timezone)

    @property
    def user(self) -> str:
        """The name of the person who asks; "" if it is unknown."""
        return str(self.request.scope.get("straitwatch_user", ""))

    @property
    def is_known(self) -> bool:
        """True if this person passed the login; pages such as a mailed link need none."""
        return "straitwatch_user" in self.request.scope

    @property
    def home(self) -> str:
        """The address of the first page, as the person who asks reaches it."""
        scheme = self.request.headers.get("x-forwarded-proto", self.request.url.scheme)
        host = self.request.headers.get("host", "localhost")
        return f"{'https' if scheme == 'https' else 'http'}://{host}/"

    @staticmethod
    def new_key() -> str:
        """Return a key for the forms of a page: a form that is sent twice acts once."""
        return secrets.token_hex(8)

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Read one snapshot of the database."""
        with self.desk.store.reading() as tx:
            yield tx

    def plain_time(self, moment: datetime) -> str:
        """Return a time in the zone of the desk, as pages show it."""
        return plain_time(moment, zone=self.zone, now=self.now)

    def parameter(self, name: str) -> str:
        """Return a parameter of the address; "" if it is missing."""
        return self.request.query_params.get(name, "").replace("\0", "").strip()

    def page(self, template: str, **values: Any) -> HTMLResponse:
        """Render a template."""
        shared: dict[str, Any] = {
            "faults": self.desk.watch.faults(),
            "path": self.request.url.path,
            "user": self.user,
            "is_known": self.is_known,
            "can_log_out": bool(self.config.web_access.token) and self.is_known,
            "list_titles": {found.id: found.title for found in self.config.watchlists},
        }
        return page(template, zone=self.zone, now=self.now, **(shared | values))


def visit(request: Request) -> Visit:
    """Return the visit that a request begins."""
    desk: Desk = request.app.state.desk
    return Visit(request=request, desk=desk, config=desk.config(), now=desk.clock())
