"""What every way of sending has in common."""

from collections.abc import Mapping
from typing import Protocol

from straitwatch.core.model import DriverKind, Frozen, SendJob, SendResult

Templates = Mapping[str, str]
TEXT_LIMIT = 300  # characters of a server's words that are kept


class Driver(Protocol):
    """One receiver, ready to send. Not shared between threads: see `SenderThreads`."""

    kind: DriverKind
    recipients: tuple[str, ...]  # "" where there is a single target
    redacted: str  # for logs
    on_unsure: str  # resend, hold

    def render(self, job: SendJob) -> Frozen:
        """Make the exact bytes of a message; done once, before its first attempt."""
        ...

    def send(self, job: SendJob) -> SendResult:
        """Send `job.frozen` and say how it ended; blocks, never raises for an expected failure."""
        ...

    def reconcile(self, job: SendJob) -> SendResult | None:
        """Find out what became of an unanswered attempt; None: it cannot be known."""
        ...


def redact_and_shorten(text: str, *secrets: str) -> str:
    """A server's words, short, on one line, and without our secrets."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return " ".join(text.split())[:TEXT_LIMIT]
