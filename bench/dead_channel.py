"""Shows an hour with two dead channels, minute by minute: a revoked webhook, a wrong password.

    python bench/dead_channel.py

The daemon, its store and its drivers are those of the program, on loopback servers; only the clock
is set. `desk-slack` has a deleted webhook and falls back to `desk-mail`. Chen's mail server refuses
the password, so her next receiver is used. The webhook is replaced after fifty minutes, by a reload.
The exit status is 1 if a message did not arrive within a minute of the clock.
"""

import asyncio
import logging
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import yaml
from typer.testing import CliRunner

from builders.app import HOOK, Desk, open_desk
from servers import slack as slack_server
from servers.slack import SlackServer
from servers.smtp import SmtpServer
from straitwatch import store as db
from straitwatch.cli import app
from straitwatch.clock import utc_now
from straitwatch.core.model import AlertKind, NoticeFacts
from straitwatch.pipeline import address
from straitwatch.telemetry import configure_logging

MINUTES = 60
TICK = timedelta(seconds=5)
HEALTH_TICKS = 6  # every 30 seconds
WRITTEN = (0, 1, 5, 20, 40, 55)  # minutes at which a message for each receiver is written
PRINTED = (1, 30, 59)  # minutes at which the commands run
REPLACED = 50  # the minute of the new webhook
COMMANDS = ("status", "receivers list", "doctor", "check")
CLOCKS = ("status", "receivers", "doctor", "experience", "options")


async def main() -> int:
    configure_logging(level="error")
    logging.disable(logging.CRITICAL)  # the commands configure the log again
    with SlackServer() as slack, SmtpServer() as mail:
        refusing = SmtpServer(
            {"auth": "535 5.7.8 authentication failed"}, extensions=("AUTH PLAIN",)
        )
        with refusing, tempfile.TemporaryDirectory() as folder:
            return await show_hour(Path(folder), slack, mail, refusing)


async def show_hour(
    folder: Path, slack: SlackServer, mail: SmtpServer, refusing: SmtpServer
) -> int:
    slack.before_post = lambda asked: refuse_old_webhook(slack, asked.path)
    chen = f"mailto://chen:wrong@127.0.0.1:{refusing.port}?from=w@example.org&to=chen@example.org"
    receivers = {
        "desk-slack": {"url": HOOK, "base_url": slack.url, "fallback": "desk-mail"},
        "desk-mail": {"url": f"{mail.url}?from=w@example.org&to=desk@example.org"},
        "chen-mail": {"url": chen},
        "chen-slack": {"url": HOOK.replace("a" * 24, "c" * 24), "base_url": slack.url},
    }
    settings = {"people": {"chen": ["chen-mail", "chen-slack"]}, "system": {"send": ["desk-mail"]}}
    async with open_desk(folder, receivers=receivers, **settings) as desk:
        desk.clock.now = utc_now() - timedelta(minutes=MINUTES)
        seen: set[str] = set()
        for minute in range(MINUTES):
            await pass_minute(desk, minute)
            for line in arrivals(desk, seen):
                print(f"{minute:2} min  {line}")
            if minute in PRINTED:
                await asyncio.to_thread(print_commands, desk, minute)
        return conclude(desk)


def refuse_old_webhook(slack: SlackServer, path: str) -> None:
    if path.endswith("a" * 24):
        slack.script(slack_server.error(404, "no_service"))


async def pass_minute(desk: Desk, minute: int) -> None:
    """Do what the daemon does within a minute of the clock."""
    if minute in WRITTEN:
        for receiver, person in (("desk-slack", "desk"), ("chen-mail", "chen")):
            write_message(desk, f"message {minute} for {person}", receiver)
    if minute == REPLACED:
        file = desk.config / "straitwatch.yaml"
        settings = yaml.safe_load(file.read_text())
        settings["receivers"]["desk-slack"]["url"] = HOOK.replace("a" * 24, "b" * 24)
        file.write_text(yaml.safe_dump(settings))
        await desk.app.reloader.reload()
    for tick in range(int(timedelta(minutes=1) / TICK)):
        await desk.app.senders.run_all()
        await desk.app.housekeeping.tend_outbox()
        if tick % HEALTH_TICKS == HEALTH_TICKS - 1:
            await desk.app.health.watch()
            await desk.app.health.beat()
        desk.clock.now += TICK


def write_message(desk: Desk, title: str, receiver: str) -> None:
    recipients = desk.runtime.active.rules.recipients
    facts, now = NoticeFacts(title=title), desk.clock()
    alert, deliveries = address(
        title, AlertKind.SYSTEM, facts, to=[receiver], recipients=recipients, now=now
    )
    desk.call(db.add_alert, alert, deliveries)


def arrivals(desk: Desk, seen: set[str]) -> Iterator[str]:
    """Yield what each receiver got since the last call."""
    for message in desk.messages():
        delivery = message.delivery
        if delivery.id in seen or message.delivered_at is None:
            continue
        seen.add(delivery.id)
        yield f"{delivery.receiver:10}  {title_of(message)}"


def title_of(message: db.DeliveryRecord) -> str:
    return message.facts.title if isinstance(message.facts, NoticeFacts) else ""


@contextmanager
def clock_of(desk: Desk) -> Iterator[None]:
    with ExitStack() as stack:
        for name in CLOCKS:
            stack.enter_context(patch(f"straitwatch.cli.{name}.utc_now", desk.clock))
        yield


def print_commands(desk: Desk, minute: int) -> None:
    with clock_of(desk):
        for command in COMMANDS:
            result = CliRunner().invoke(app, [*command.split(), "--config", str(desk.config)])
            print(f"\n{minute:2} min  $ straitwatch {command}    exit status {result.exit_code}")
            lines = result.output.splitlines()
            for line, before in zip(lines, ["", *lines], strict=False):
                if is_about_channels(line) or ("hint:" in line and is_about_channels(before)):
                    print(f"        {line.strip()}")
    print()


def is_about_channels(line: str) -> bool:
    names = ("desk-slack", "desk-mail", "chen-", "waiting", "dead letter")
    return any(name in line for name in names) and "│" not in line


def conclude(desk: Desk) -> int:
    """Print the slowest message, and the messages that did not arrive."""
    messages = [one for one in desk.messages() if title_of(one).startswith("message ")]
    arrived = [message for message in messages if message.delivered_at]
    waits = [(one.delivered_at - one.alerted_at).total_seconds() for one in arrived]
    expected = 2 * len(WRITTEN)
    print(f"{len(arrived)} of {expected} messages arrived, the slowest after {max(waits):.0f} s")
    return int(len(arrived) < expected or max(waits) > timedelta(minutes=1).total_seconds())


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
