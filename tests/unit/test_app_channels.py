"""A broken channel, from the refusal to the message that arrives elsewhere."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path

from builders.app import HOOK, Desk, open_desk
from servers import slack as server
from servers.slack import SlackServer
from servers.smtp import SmtpServer
from straitwatch.app.status import read_status
from straitwatch.core.model import DeliveryState
from straitwatch.core.receivers import ReceiverStatus


@asynccontextmanager
async def open_channels(directory: Path) -> AsyncIterator[tuple[Desk, SlackServer, SmtpServer]]:
    """Build a desk with Slack, and mail as its fallback and for notices."""
    async with SlackServer() as slack, SmtpServer() as smtp:
        receivers = {
            "desk-slack": {"url": HOOK, "base_url": slack.url, "fallback": "desk-mail"},
            "desk-mail": {"url": f"{smtp.url}?from=watch@example.org&to=desk@example.org"},
        }
        system = {"send": ["desk-mail"]}
        async with open_desk(directory, receivers=receivers, system=system) as desk:
            yield desk, slack, smtp


async def tick(desk: Desk) -> None:
    """Do what the daemon does within seconds."""
    await desk.app.senders.run_all()
    await desk.app.housekeeping.tend_outbox()
    await desk.app.senders.run_all()


async def test_message_to_a_revoked_webhook_arrives_by_mail_at_once(tmp_path) -> None:
    async with open_channels(tmp_path) as (desk, slack, smtp):
        slack.default = server.error(404, "no_service")
        desk.write_message("one")
        await tick(desk)
        desk.write_message("two")
        await tick(desk)

        subjects = [mail.message["Subject"].split()[-1] for mail in smtp.messages]
        assert subjects == ["one", "two"]
        assert len(slack.requests) == 1  # the second message was not tried there


async def test_system_receiver_hears_of_a_revoked_webhook_within_a_minute(tmp_path) -> None:
    async with open_channels(tmp_path) as (desk, slack, smtp):
        slack.default = server.error(404, "no_service")
        desk.write_message("one")
        await tick(desk)

        desk.clock.advance(seconds=30)
        await desk.app.health.watch()
        await tick(desk)

        notice = smtp.messages[-1].message
        assert notice["Subject"].endswith("The receiver desk-slack is broken")
        text = notice.get_body(("plain",)).get_content()
        assert "create a new one under https://api.slack.com/apps" in " ".join(text.split())


async def test_message_to_a_mistyped_mailbox_arrives_elsewhere_and_the_desk_hears(
    tmp_path,
) -> None:
    async with SlackServer() as slack, SmtpServer({"rcpt": "550 5.1.1 no such user"}) as smtp:
        mail = f"{smtp.url}?from=watch@example.org&to=dek@example.org"
        receivers = {
            "desk-mail": {"url": mail, "fallback": "desk-slack"},
            "desk-slack": {"url": HOOK, "base_url": slack.url},
        }
        routes, system = [{"send": ["desk-mail"]}], {"send": ["desk-slack"]}
        async with open_desk(tmp_path, receivers=receivers, routes=routes, system=system) as desk:
            desk.write_message("one", "desk-mail")
            await tick(desk)
            desk.clock.advance(seconds=30)
            await desk.app.health.watch()
            await tick(desk)

        texts = [message["text"] for message in slack.messages]
        assert texts[0].endswith("one")
        assert texts[1].endswith("The receiver desk-mail is broken")
        words = json.dumps(slack.messages[1])
        assert "there is no such mailbox; correct the recipient's address in the URL" in words


async def test_mistyped_mailbox_among_several_is_named_until_a_mail_arrives(tmp_path) -> None:
    async with SlackServer() as slack, SmtpServer() as smtp:
        mail = f"{smtp.url}?from=watch@example.org&to=ana@example.org,dek@example.org"
        receivers = {
            "desk-mail": {"url": mail},
            "desk-slack": {"url": HOOK, "base_url": slack.url},
        }
        routes, system = [{"send": ["desk-mail"]}], {"send": ["desk-slack"]}
        async with open_desk(tmp_path, receivers=receivers, routes=routes, system=system) as desk:
            smtp.reply["rcpt dek@example.org"] = "550 5.1.1 no such user"
            desk.write_message("one", "desk-mail")
            await tick(desk)
            desk.clock.advance(seconds=30)
            await desk.app.health.watch()
            await tick(desk)

            found = described(desk, "desk-mail")
            assert found.is_broken
            assert found.state.startswith("ok; dek@example.org refused since ")
            assert found.hint == "correct the recipient's address in the URL"
            notice = json.dumps(slack.messages[0])
            assert "1 recipient refused by the mail server" in notice
            assert "dek@example.org of desk-mail: mail: 550: there is no such mailbox" in notice

            del smtp.reply["rcpt dek@example.org"]
            desk.write_message("two", "desk-mail")
            await tick(desk)

            assert described(desk, "desk-mail").state == "ok"


def described(desk: Desk, name: str) -> ReceiverStatus:
    """Return a receiver as people see it."""
    status = desk.call(read_status, desk.runtime.active.config, desk.clock(), zone=UTC)
    return next(receiver for receiver in status.receivers if receiver.name == name)


async def test_message_waits_if_the_fallback_is_broken_too(tmp_path) -> None:
    async with open_channels(tmp_path) as (desk, slack, smtp):
        slack.default = server.error(404, "no_service")
        smtp.reply["mail"] = "550 5.7.1 go away"
        desk.write_message("one")  # it moves to desk-mail, which refuses it
        await tick(desk)
        desk.write_message("two")
        await tick(desk)

        waiting = [
            message.delivery.receiver
            for message in desk.messages()
            if message.delivery.state is DeliveryState.PENDING
        ]
        assert sorted(waiting) == ["desk-mail", "desk-slack"]


async def test_refusal_at_the_old_webhook_during_a_reload_does_not_hold_the_new_one(
    tmp_path,
) -> None:
    may_answer = threading.Event()
    async with open_desk(tmp_path) as desk:
        desk.slack.script(server.error(404, "no_service"))
        desk.slack.on_post = lambda _: may_answer.wait(timeout=10)
        desk.write_message("one")
        await desk.app.senders.wake()
        while not desk.slack.requests:
            await asyncio.sleep(0.01)

        file = desk.config / "straitwatch.yaml"
        file.write_text(file.read_text().replace("a" * 24, "b" * 24))
        await desk.app.reloader.reload()
        may_answer.set()
        await asyncio.gather(*desk.app.senders.tasks)
        await desk.app.senders.run_all()

        assert [message["text"].split()[-1] for message in desk.slack.messages] == ["one"]


async def test_new_webhook_gets_the_waiting_messages_after_a_reload(tmp_path) -> None:
    async with open_desk(tmp_path) as desk:
        desk.slack.script(server.error(404, "no_service"))
        desk.write_message("one")
        await tick(desk)
        assert desk.slack.messages == []

        file = desk.config / "straitwatch.yaml"
        file.write_text(file.read_text().replace("a" * 24, "b" * 24))
        await desk.app.reloader.reload()
        before = len(desk.slack.messages)
        await desk.app.senders.run_all()

        assert (before, len(desk.slack.messages)) == (0, 1)
