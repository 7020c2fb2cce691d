"""Prints the outcome of each driver for each fault of Slack and of a mail server.

    python bench/faults.py

Each row is one send by the real driver to a scripted server on loopback (Slack is simulated).
`holds` is the number of messages on the server afterwards. `then` is the next action of the outbox
after a first attempt. The exit status is 1 if an outcome differs from the expected one.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from builders.messages import AT, BOT_SECRET, HOOK_SECRET, frozen
from contract.faults import BOT_FAULTS, LOGIN_FAULTS, MAIL_FAULTS, STARTTLS_FAULTS, WEBHOOK_FAULTS
from servers.slack import SlackServer
from servers.smtp import SmtpServer
from straitwatch.core.model import DeliveryState, Outcome, SendResult
from straitwatch.core.schedule import Attempt, after_attempt
from straitwatch.deliver import Driver
from straitwatch.deliver.driver import DriverSettings
from straitwatch.deliver.slack import SlackBot, SlackWebhook
from straitwatch.deliver.smtp import Mail, Server

SETTINGS = DriverSettings(zone="UTC", templates={}, on_unsure="resend")
WIDTHS = (26, 17, 24, 6)


def main() -> int:
    wrong = 0
    for place, table, open_driver in (
        ("Slack webhook", WEBHOOK_FAULTS, _webhook),
        ("Slack bot", BOT_FAULTS, _bot),
    ):
        _head(place)
        for does, answer, outcome, code in table:
            with SlackServer() as slack:
                slack.default = answer
                wrong += _row(does, open_driver(slack), outcome, code, lambda s=slack: s.messages)
    for place, table, extension in (
        ("mail", [row[:4] for row in MAIL_FAULTS], ""),
        ("mail with a login", LOGIN_FAULTS, "AUTH PLAIN"),
        ("mail with STARTTLS", STARTTLS_FAULTS, "STARTTLS"),
    ):
        _head(place)
        for moment, reply, outcome, code in table:
            with _mail(moment, reply, extension) as (driver, smtp):
                does = f"{moment}: {reply}"
                wrong += _row(does, driver, outcome, code, lambda s=smtp: s.messages)
    print(f"\n{wrong} outcomes differ from the expected ones")
    return min(wrong, 1)


def _head(place: str) -> None:
    print()
    _print(place, "outcome", "code", "holds", "then")


def _row(
    does: str, driver: Driver, outcome: Outcome, code: str, held: Callable[[], list[object]]
) -> bool:
    result = driver.send(frozen(driver))
    is_wrong = (result.outcome, result.code) != (outcome, code)
    then = _then(result, driver) + (f"   WRONG: expected {outcome} {code}" if is_wrong else "")
    _print(does, result.outcome, result.code, len(held()), then)
    return is_wrong


def _print(*cells: object) -> None:
    start = "".join(f"{cell!s:<{width}}" for cell, width in zip(cells[:-1], WIDTHS, strict=True))
    print(f"{start}{cells[-1]}", flush=True)


def _then(result: SendResult, driver: Driver) -> str:
    """Describe the next action of the outbox, with the longest random wait."""
    attempt = Attempt(number=1, driver=driver.kind, on_unsure=driver.on_unsure, created_at=AT)
    step = after_attempt(result, attempt, now=AT, jitter=1.0)
    if step.state is not DeliveryState.PENDING or step.not_before is None:
        return step.state.value
    wait = _seconds(step.not_before - AT)
    if step.receiver_hold_until:
        return f"the receiver waits {wait}"
    if result.outcome is not Outcome.UNSURE:
        return f"again after {wait}"
    how = {"slack-bot": "the history is read", "smtp": "the same bytes again"}
    return f"{how.get(driver.kind, 'marked as possible repeat')} after {wait}"


def _seconds(wait: timedelta) -> str:
    return f"{wait.total_seconds():.0f} s"


def _webhook(slack: SlackServer) -> Driver:
    url = f"{slack.url}/services/T/B/{HOOK_SECRET}"
    return SlackWebhook(url, channel="", read_seconds=_read_seconds(slack), settings=SETTINGS)


def _bot(slack: SlackServer) -> Driver:
    return SlackBot(
        BOT_SECRET,
        channel="C0DESK",
        base_url=slack.url,
        read_seconds=_read_seconds(slack),
        settings=SETTINGS,
    )


def _read_seconds(slack: SlackServer) -> float:
    return 0.2 if slack.default.end == "hang" else 30.0


@contextmanager
def _mail(moment: str, reply: str, extension: str) -> Iterator[tuple[Driver, SmtpServer]]:
    with SmtpServer({moment: reply}, extensions=(extension,) if extension else ()) as smtp:
        server = Server(
            host="127.0.0.1",
            port=smtp.port,
            security="starttls" if extension == "STARTTLS" else "insecure",
            user="desk" if extension.startswith("AUTH") else "",
            password="not-a-secret",
            command_seconds=0.5,
            dot_seconds=0.3,
        )
        yield (
            Mail(
                server,
                sender=Address("Straitwatch", addr_spec="alerts@example.org"),
                recipients=("desk@example.org",),
                receiver="desk-mail",
                domain="",
                settings=SETTINGS,
            ),
            smtp,
        )


if __name__ == "__main__":
    sys.exit(main())
