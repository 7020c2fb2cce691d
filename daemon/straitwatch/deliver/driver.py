"""Define the interface of all drivers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from straitwatch.core.model import DriverKind, Frozen, SendJob, SendResult

Templates = Mapping[str, str]
TEXT_LIMIT = 300  # characters kept of a server's reply


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverSettings:
    """The settings of a receiver that every driver needs."""

    zone: str  # for the times in messages
    templates: Templates
    on_unsure: str  # resend, hold


class Driver(Protocol):
    """One receiver, ready to send. Not shared between threads: see `SenderThreads`."""

    kind: DriverKind
    recipients: tuple[str, ...]  # "" if there is a single target
    redacted: str  # for logs
    on_unsure: str  # resend, hold

    def render(self, job: SendJob) -> Frozen:
        """Render the exact bytes of a message, once, before its first attempt."""
        ...

    def send(self, job: SendJob) -> SendResult:
        """Send `job.frozen` and return the outcome; blocks, and raises no expected failure."""
        ...

    def reconcile(self, job: SendJob) -> SendResult | None:
        """Look up the outcome of an unanswered attempt; None if that is not possible."""
        ...


def redact_and_shorten(text: str, *secrets: str) -> str:
    """Shorten a server's reply to one line without our secrets."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return " ".join(text.split())[:TEXT_LIMIT]
