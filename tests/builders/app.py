"""Build a daemon on a real database and loopback servers, with a clock that the test sets."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from builders.configs import CALM, rss, write_config
from servers.feeds import FeedServer, Page
from servers.slack import SlackServer
from straitwatch import store as db
from straitwatch.app.daemon import App, build_app
from straitwatch.app.load import load_to_run
from straitwatch.app.runtime import Runtime
from straitwatch.core.model import AlertKind, NoticeFacts
from straitwatch.pipeline import address
from straitwatch.store import DeliveryRecord

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOOK = "slack://T0000TEST/B0000TEST/" + "a" * 24
STORY = ("g1", "Fleet crosses the Taiwan Strait at dawn", "Twelve ships passed on Monday.")


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Desk:
    """A daemon that watches one feed and sends to one Slack channel."""

    app: App
    feeds: FeedServer
    slack: SlackServer
    config: Path
    clock: Clock = field(default_factory=Clock)

    @property
    def runtime(self) -> Runtime:
        return self.app.runtime

    def publish(self, *items: tuple[str, str, str]) -> None:
        self.feeds.answer("/wire", Page(rss(*(items or (CALM,)))))

    async def poll(self) -> None:
        await self.app.polls.run_all(due_by=self.clock())

    def call(self, function: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a function of the store."""
        return self.runtime.tools.store.call(function, *args, **kwargs)

    def write_message(self, title: str, receiver: str = "desk-slack") -> None:
        alert, deliveries = address(
            title,
            AlertKind.SYSTEM,
            NoticeFacts(title=title),
            to=[receiver],
            recipients=self.runtime.active.rules.recipients,
            now=self.clock(),
        )
        self.call(db.add_alert, alert, deliveries)

    def messages(self) -> list[DeliveryRecord]:
        """Return the messages in the outbox, in the order of writing."""
        return list(reversed(self.call(db.list_deliveries)))

    def titles(self) -> list[str]:
        """Return the titles of the notices in the outbox, in the order of writing."""
        facts = [message.facts for message in self.messages()]
        return [notice.title for notice in facts if isinstance(notice, NoticeFacts)]


@asynccontextmanager
async def open_desk(
    directory: Path,
    *,
    feeds: Mapping[str, str] | None = None,
    is_started: bool = True,
    **settings: Any,
) -> AsyncIterator[Desk]:
    """Build a daemon and start it, but run no job: the test does.

    Args:
        directory: for the configuration and the database.
        feeds: addresses by name; a path is one of the desk's own server.
        is_started: False: only build it.
        settings: further keys of straitwatch.yaml.
    """
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(FeedServer())
        slack = await stack.enter_async_context(SlackServer())
        paths = feeds or {"Example Wire": "/wire"}
        defaults: dict[str, Any] = {
            "receivers": {"desk-slack": {"url": HOOK, "base_url": slack.url}},
            "system": {"send": ["desk-slack"]},
            "stories": {"encoder": "off"},
        }
        config = write_config(
            directory,
            feeds={
                name: path if "://" in path else server.url(path) for name, path in paths.items()
            },
            **(defaults | settings),
        )
        clock = Clock()
        app = await build_app(load_to_run(config), stack, clock=clock)
        desk = Desk(app, server, slack, config, clock)
        desk.publish()
        if is_started:
            await app.start()
        yield desk
