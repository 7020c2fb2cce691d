"""Defines the interface of all drivers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from straitwatch.core.model import DriverKind, Frozen, SendJob, SendResult
from straitwatch.core.redact import redact_secrets

Templates = Mapping[str, str]
TEXT_LIMIT = 300  # characters kept of a server's reply


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverSettings:
    """The settings of a receiver that every driver needs."""

    zone: str  # for the times in messages
    templates: Templates
    on_unsure: str  # resend, hold


class Driver(Protocol):
    """An open receiver, which only one thread uses: see `SenderThreads`."""

    kind: DriverKind
    recipients: tuple[str, ...]  # "" if there is a single target
    redacted: str  # for logs
    on_unsure: str  # resend, hold

    @property
    def has_begun(self) -> bool:
        """True if the service may have read a part of the message in the latest send."""
        ...

    def render(self, job: SendJob) -> Frozen:
        """Render the exact bytes of a message, once, before its first attempt."""
        ...

    def send(self, job: SendJob) -> SendResult:
        """Send `job.frozen`, blocking, and return the outcome; expected failures are outcomes."""
        ...

    def reconcile(self, job: SendJob) -> SendResult | None:
        """Look up the outcome of an unanswered attempt; None if it cannot be found."""
        ...


def redact_and_shorten(text: str, *secrets: str) -> str:
    """Shorten a server's reply to one line, and redact the secrets in it."""
    return " ".join(redact_secrets(text, secrets).split())[:TEXT_LIMIT]
