"""Sends through any service of Apprise, one URL per call, with Apprise's own features disabled.

Apprise reports only success or failure, without a status, Retry-After or message id. The cause is
only in its log. If a failure has no status, the service may have received the message, so the
outcome is unsure. Apprise's retries repeat messages, its throttle sleeps inside the send, its
conversions are quadratic on hostile text, and its executor delays the exit of the process.
Therefore each send uses a new Apprise object, in a thread of `SenderThreads`, with plain text.
"""

import json
import logging
import re
import threading
from dataclasses import replace
from typing import Any

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType

from straitwatch.core.model import (
    AlertKind,
    DriverKind,
    Frozen,
    Outcome,
    SendJob,
    SendResult,
    Severity,
)
from straitwatch.core.render import PlainText, TextLimits, fit_text, render_text
from straitwatch.deliver.driver import DriverSettings

_POSSIBLE_REPEAT = "(possible repeat: an earlier attempt was not answered)"
_REJECTED = frozenset({"400", "413"})  # statuses that a shorter text may avoid
_SHORTENED = TextLimits(title=80, body=400)
_STATUS = re.compile(r"error[ =:]+(\d{3})\b")
# Records of Apprise about errors before a service can have read the message, by our code.
_BEFORE = {
    "dns": r"Socket Exception: .*Caused by NameResolutionError",
    "certificate": r"Socket Exception: .*Caused by SSLError\(SSLCertVerificationError",
    "connect": r"Socket Exception: .*Caused by (NewConnectionError|ConnectTimeoutError|ProxyError"
    r"|SSLError\(.*\[SSL: (WRONG_VERSION|\w*PROTOCOL|\w*HANDSHAKE|RECORD_LAYER))",
    "encoding": r"Notification Exception: '[\w-]+' codec can't encode",
}
_PATTERNS = {code: re.compile(pattern) for code, pattern in _BEFORE.items()}
_RECORDS = ("Sent ", "Socket Exception", "Notification Exception")
_OF_THE_RECEIVER = ("certificate", "encoding", "401", "403", "404", "410")
_WITH_HEADERS = frozenset({"json", "jsons", "xml", "xmls", "form", "forms"})


class _LogCapture(logging.Filter):
    """Reads the outcome of requests from Apprise's log, and drops all records below a warning.

    The records contain addresses and messages, so only one code per record is kept, by thread.
    """

    def __init__(self) -> None:
        super().__init__()
        self._local = threading.local()

    def listen(self) -> list[str]:
        """Return a list for one code per request of this thread: "" if it was perhaps read."""
        self._local.requests = requests = list[str]()
        return requests

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if text.startswith(_RECORDS) and hasattr(self._local, "requests"):
            codes = (code for code, pattern in _PATTERNS.items() if pattern.match(text))
            self._local.requests.append(next(codes, ""))
        return record.levelno >= logging.WARNING


_log_capture = _LogCapture()
logging.getLogger("apprise").addFilter(_log_capture)
logging.getLogger("apprise").setLevel(logging.DEBUG)


def quiet_asset() -> AppriseAsset:
    """Configure Apprise without threads, redirects and storage."""
    return AppriseAsset(
        app_id="Straitwatch",
        app_desc="Straitwatch",
        async_mode=False,
        http_redirects=False,
        service_timeout=0,
    )


class Generic:
    """A receiver at any of Apprise's services."""

    kind = DriverKind.APPRISE
    recipients: tuple[str, ...] = ("",)
    has_begun = False

    def __init__(self, url: str, *, scheme: str, settings: DriverSettings) -> None:
        self.redacted = f"{scheme}://***"
        self.on_unsure = settings.on_unsure
        self._url, self._scheme = url, scheme
        self._zone, self._templates = settings.zone, settings.templates

    def render(self, job: SendJob) -> Frozen:
        """Render the title and the text, within the limits of the service."""
        text = render_text(
            job, zone=self._zone, templates=self._templates, limits=self._limits(job)
        )
        body = json.dumps({"title": text.title, "body": text.body}).encode()
        return Frozen(body=body, content_type="application/json")

    def send(self, job: SendJob) -> SendResult:
        """Send the message; if the service finds it too long or unreadable, a shorter one."""
        assert job.frozen is not None, "rendered before it is sent"  # noqa: S101
        self.has_begun = False
        words: dict[str, str] = json.loads(job.frozen.body)
        text = PlainText(title=words["title"], body=words["body"])
        result = self._notify(job, text)
        if result.code not in _REJECTED:
            return result
        command = f"straitwatch outbox show {job.delivery.id} {job.config_option}".strip()
        shorter = fit_text(text, _SHORTENED, command=command)
        if shorter == text:
            return replace(result, outcome=Outcome.PERMANENT)
        result = self._notify(job, shorter)
        if result.code not in _REJECTED:
            return result
        text_of_both = "the service rejected the message, shortened too"
        return replace(result, outcome=Outcome.PERMANENT, text=text_of_both)

    def _notify(self, job: SendJob, text: PlainText) -> SendResult:
        """Send a text through a new service object."""
        body = text.body or text.title
        if job.is_possible_repeat:
            body = f"{_POSSIBLE_REPEAT}\n{body}"
        requests, services = _log_capture.listen(), self._services(job)
        self.has_begun = True
        result = services.notify(
            body=body,
            title=text.title if text.body else "",
            notify_type=_notify_type(job),
            body_format=NotifyFormat.TEXT,
        )
        if result:
            return SendResult(outcome=Outcome.DELIVERED)
        if code := _status(result):
            return _failure(code, "the service rejected it")
        if requests and all(requests):
            return _failure(requests[-1], "the service was not reached")
        return SendResult(outcome=Outcome.UNSURE, code="no answer", text="no response is known")

    def reconcile(self, job: SendJob) -> SendResult | None:  # noqa: ARG002 - the protocol's
        """Return None: Apprise has no message ids."""
        return None

    def _limits(self, job: SendJob) -> TextLimits:
        """Return the limits of the service, with room for the label of a possible repeat."""
        service = self._service(job)
        return TextLimits(
            title=service.title_maxlen,
            body=service.body_maxlen - len(_POSSIBLE_REPEAT) - 1,
            lines=service.body_max_line_count,
            is_title_in_body=service.overflow_amalgamate_title,
        )

    def _services(self, job: SendJob) -> Apprise:
        services = Apprise(asset=quiet_asset())
        services.add(self._service(job))
        return services

    def _service(self, job: SendJob) -> Any:
        service: Any = Apprise.instantiate(self._url, asset=quiet_asset())
        if self._scheme in _WITH_HEADERS:
            service.headers["X-Straitwatch-Delivery"] = job.delivery.id
            service.headers["Idempotency-Key"] = job.delivery.id
        return service


def _failure(code: str, text: str) -> SendResult:
    outcome = Outcome.RECEIVER_BROKEN if code in _OF_THE_RECEIVER else Outcome.RETRY
    return SendResult(outcome=outcome, code=code, text=text)


def _notify_type(job: SendJob) -> NotifyType:
    if job.kind in (AlertKind.DIGEST, AlertKind.TEST):
        return NotifyType.INFO
    severity = getattr(job.facts, "severity", Severity.NORMAL)
    return NotifyType.WARNING if severity.rank >= Severity.HIGH.rank else NotifyType.INFO


def _status(result: Any) -> str:
    """Return the HTTP status in the log of an attempt; the log's text may contain the URL."""
    for service in result:
        for attempt in service:
            for entry in getattr(attempt, "logs", ()):
                if found := _STATUS.search(str(entry)):
                    return found[1]
    return ""
