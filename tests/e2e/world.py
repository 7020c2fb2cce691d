"""A small world on loopback: one feed, one Slack channel, one mailbox, one configuration."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

from builders.configs import CALM, rss, write_config
from servers.feeds import FeedServer, Page
from servers.slack import SlackServer

HEADLINE = "Fleet crosses the Taiwan Strait at dawn"
SENTENCE = "Twelve ships passed through the Taiwan Strait on Monday."
STORY = ("g1", HEADLINE, f"It was a calm day. {SENTENCE} More was not said.")
HOOK = "slack://T0000TEST/B0000TEST/" + "a" * 24


class Mailbox:
    """Mails that a server accepted."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@dataclass
class World:
    feeds: FeedServer
    slack: SlackServer
    mailbox: Mailbox
    config: Path

    def publish(self, *items: tuple[str, str, str]) -> None:
        self.feeds.answer("/wire", Page(rss(*(items or (CALM,))), etag=f'"{len(items)}"'))

    async def polled(self, times: int = 2) -> None:
        await self.feeds.asked(len(self.feeds.requests) + times)


@asynccontextmanager
async def world(
    tmp_path: Path,
    *,
    slack: dict[str, Any] | None = None,
    mail: dict[str, Any] | None = None,
    **settings: Any,
) -> AsyncIterator[World]:
    """A feed, a Slack and a mail server, and a configuration that knows them.

    `slack` and `mail` are further keys of the two receivers.
    """
    mailbox = Mailbox()
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(lambda: SMTP(mailbox, loop=loop), "127.0.0.1", 0)
    port = smtp.sockets[0].getsockname()[1]
    async with FeedServer() as feeds, SlackServer() as channel:
        address = f"mailto://127.0.0.1:{port}?from=watch@example.org&to=desk@example.org"
        config = write_config(
            tmp_path,
            feeds={"Example Wire": feeds.url("/wire")},
            receivers={
                "desk-slack": {"url": HOOK, "base_url": channel.url, **(slack or {})},
                "desk-mail": {"url": address, **(mail or {})},
            },
            **settings,
        )
        made = World(feeds, channel, mailbox, config)
        made.publish()
        yield made
        smtp.close()


def add_feed(config: Path, name: str, url: str) -> None:
    path = config / "feeds.yaml"
    path.write_text(path.read_text() + f"- {{name: {name}, url: '{url}', language: en}}\n")


def slack_text(message: dict[str, Any]) -> str:
    return str(message["text"]) + " ".join(
        str(block.get("text", {}).get("text", ""))
        + " ".join(str(element.get("text", "")) for element in block.get("elements", []))
        for block in message["blocks"]
    )


def mail_text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return f"{mail['Subject']}\n{body.get_content()}"
