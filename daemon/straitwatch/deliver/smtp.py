"""Sends mail with smtplib, one recipient per delivery, and maps every reply to an outcome."""

import re
import smtplib
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from straitwatch.core.model import (
    DigestFacts,
    DriverKind,
    Facts,
    Frozen,
    Outcome,
    SendJob,
    SendResult,
    Severity,
)
from straitwatch.core.refusals import is_full_mailbox
from straitwatch.core.render import MailParts, render_mail
from straitwatch.deliver.driver import DriverSettings, redact_and_shorten
from straitwatch.deliver.encoded_words import encode_header
from straitwatch.deliver.smtp_login import log_in

COMMAND_SECONDS = 30.0
DOT_SECONDS = 600.0  # RFC 5321: after a shorter wait, mail accepted by a slow server is repeated
QUIT_SECONDS = 5.0
_SUCCESS = 2  # the first digit of a reply
_FIRST_PERMANENT = 500
_TOO_LARGE = 552
_START_INPUT = 354
_NOT_IN_LABEL = re.compile("[^A-Za-z0-9-]+")
_LIST_PREFIX = "straitwatch"
_HEADER_LINE = 76  # characters
_BLANK_LINE = b"\r\n\r\n"
_HTML_BODY = b"\r\n<body>"  # a line of the layout
_POSSIBLE_REPEAT = "Possible repeat: an earlier attempt was not answered."
_REPEAT_HEADER = "X-Straitwatch-Repeat: possible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The mail server and its settings."""

    host: str
    port: int
    security: str  # insecure, starttls, ssl
    user: str = ""
    password: str = field(default="", repr=False)
    verify: bool = True
    command_seconds: float = COMMAND_SECONDS
    dot_seconds: float = DOT_SECONDS

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts to redact in logs, including their encoded forms in AUTH."""
        forms = (f"\0{self.user}\0{self.password}", self.password)
        encoded = (b64encode(form.encode()).decode() for form in forms)
        return (self.password, *encoded) if self.password else ()

    def tls(self) -> ssl.SSLContext:
        """Return a context that verifies certificates, unless the URL has `verify=no`."""
        context = ssl.create_default_context()
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


class Mail:
    """One mail server and the addresses of a receiver."""

    kind = DriverKind.SMTP
    has_begun = False

    def __init__(
        self,
        server: Server,
        *,
        sender: Address,
        recipients: tuple[str, ...],
        receiver: str,
        domain: str,
        settings: DriverSettings,
    ) -> None:
        self.recipients = recipients
        self.redacted = f"mail by {server.host}:{server.port}"
        self.on_unsure = settings.on_unsure
        self._server, self._sender, self._receiver = server, sender, receiver
        self._domain = domain or sender.domain
        self._zone, self._templates = settings.zone, settings.templates

    def render(self, job: SendJob) -> Frozen:
        """Render the message; the same job always has the same bytes."""
        parts = render_mail(job, zone=self._zone, templates=self._templates)
        message = EmailMessage(policy=SMTP.clone(max_line_length=_HEADER_LINE))
        message_id = f"<sw.{job.delivery.id}@{self._domain}>"
        message["From"] = self._sender
        message["To"] = Address(addr_spec=job.delivery.recipient)
        message["Date"] = format_datetime(job.created_at or datetime.fromtimestamp(0, UTC))
        message["Message-ID"] = message_id
        # An update belongs to the thread of the story's first message.
        thread = job.parent_ref.get("thread") or parts.thread
        if thread:
            root = f"<story-{thread}@{self._domain}>"
            message["In-Reply-To"] = root
            message["References"] = root
        label = _NOT_IN_LABEL.sub("-", self._receiver)
        message["List-Id"] = f"<{label}.{_LIST_PREFIX}.{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message["X-Straitwatch-Delivery"] = job.delivery.id
        for name, value in _severity_headers(job.facts):
            message[name] = value
        message.set_content(parts.text, cte="quoted-printable")
        message.add_alternative(parts.html, subtype="html", cte="quoted-printable")
        if parts.chart:
            _add_chart(message, parts, boundary=f"=_sw_chart_{job.delivery.id[:40]}")
        # A bare "=" is not valid quoted-printable, so the boundary cannot occur in a part.
        message.set_boundary(f"=_sw_{job.delivery.id[:50]}")
        note = {"message_id": message_id, "subject": parts.subject, "thread": thread}
        body = encode_header("Subject", parts.subject) + message.as_bytes()
        return Frozen(body=body, content_type="message/rfc822", note=note)

    def send(self, job: SendJob) -> SendResult:
        """Send the message to the server."""
        assert job.frozen is not None, "rendered before it is sent"  # noqa: S101
        self.has_begun = False
        try:
            session = _Session(self._server, on_transfer=self._note_transfer)
            body = label_repeat(job.frozen.body) if job.is_possible_repeat else job.frozen.body
            result = session.submit(self._sender.addr_spec, job.delivery.recipient, body)
        except _Refused as refusal:
            return self._of_mailbox(refusal.result)
        kept = {name: job.frozen.note.get(name, "") for name in ("message_id", "thread")}
        return replace(result, ref=kept)

    def _note_transfer(self) -> None:
        self.has_begun = True

    def _of_mailbox(self, result: SendResult) -> SendResult:
        """Hold the receiver if its only mailbox is full or refused.

        With several, a message to a full one waits, and a message to a refused one is dead.
        """
        is_full = is_full_mailbox(result.code, result.text)
        if len(self.recipients) == 1 and (is_full or result.is_recipient_refused):
            return replace(result, outcome=Outcome.RECEIVER_BROKEN)
        return replace(result, outcome=Outcome.RETRY) if is_full else result

    def reconcile(self, job: SendJob) -> SendResult | None:  # noqa: ARG002 - the protocol's
        """Return None: mail cannot be looked up; mailboxes may drop a repeat by its Message-ID."""
        return None


def _add_chart(message: EmailMessage, parts: MailParts, *, boundary: str) -> None:
    """Add the picture that the HTML shows, beside it as one part."""
    html = message.get_payload(1)
    assert isinstance(html, EmailMessage)  # noqa: S101 - the alternative that was just added
    html.add_related(parts.chart, "image", "png", cid=f"<{parts.chart_id}>")
    html.set_boundary(boundary)


def _severity_headers(facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield the severity for filters, and the importance that mail programs show."""
    if isinstance(facts, DigestFacts):
        return
    yield "X-Straitwatch-Severity", facts.severity.value
    if facts.severity is Severity.CRITICAL:
        yield "Importance", "high"
        yield "X-Priority", "1"


def label_repeat(body: bytes) -> bytes:
    """Label a frozen mail as a possible repeat, in a header and at the top of both its parts.

    The parts are quoted-printable, in which the words and a line that begins with `<body>` stay as
    they are. The Message-ID stays too, so that a mailbox may show both mails once.
    """
    head, _, parts = body.partition(_BLANK_LINE)
    first, _, rest = parts.partition(_BLANK_LINE)
    text, tag, html = rest.rpartition(_HTML_BODY)  # the last one: a headline may begin with it
    rest = text + tag + (f"<p>{_POSSIBLE_REPEAT}</p>".encode() if tag else b"") + html
    label = f"{_REPEAT_HEADER}\r\n".encode()
    return label + _BLANK_LINE.join([head, first, f"{_POSSIBLE_REPEAT}\r\n\r\n".encode() + rest])


class _Refused(Exception):  # noqa: N818 - a reply of the server, not a bug
    """The exchange ended before the message was sent."""

    def __init__(self, outcome: Outcome, code: object, text: str) -> None:
        super().__init__(str(code))
        self.result = SendResult(outcome=outcome, code=str(code), text=text)


class _Session:
    """One connection, from greeting to QUIT; a failed step raises `_Refused`."""

    def __init__(self, server: Server, *, on_transfer: Callable[[], None]) -> None:
        self._server, self._on_transfer = server, on_transfer
        self._smtp = self._connect()

    def submit(self, sender: str, recipient: str, body: bytes) -> SendResult:
        """Send one message."""
        try:
            self._prepare()
            self._expect(self._smtp.mail(sender), permanent=Outcome.RECEIVER_BROKEN)
            self._name_recipient(recipient)
            return self._transfer(body)
        except (OSError, ValueError, smtplib.SMTPException) as error:
            raise _map_error(error, self._server.secrets) from error
        finally:
            self._quit()

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        try:
            if server.security == "ssl":
                return smtplib.SMTP_SSL(
                    server.host, server.port, timeout=server.command_seconds, context=server.tls()
                )
            return smtplib.SMTP(server.host, server.port, timeout=server.command_seconds)
        except (OSError, smtplib.SMTPException) as error:
            raise _map_error(error, server.secrets) from error

    def _prepare(self) -> None:
        """Greet the server, encrypt the connection and log in, as the URL requires."""
        self._smtp.ehlo_or_helo_if_needed()
        if self._server.security == "starttls":
            self._smtp.starttls(context=self._server.tls())
            self._smtp.ehlo()
        if self._server.user:
            log_in(self._smtp, self._server.user, self._server.password)

    def _name_recipient(self, recipient: str) -> None:
        try:
            self._expect(self._smtp.rcpt(recipient), permanent=Outcome.PERMANENT)
        except _Refused as refusal:
            is_final = refusal.result.outcome is Outcome.PERMANENT
            refusal.result = replace(refusal.result, is_recipient_refused=is_final)
            raise

    def _transfer(self, body: bytes) -> SendResult:
        """Send the text; without a reply after the final dot, the server may have accepted it."""
        self._expect(self._smtp.docmd("DATA"), permanent=Outcome.PERMANENT, wanted=_START_INPUT)
        self._on_transfer()
        self._smtp.send(smtplib._quote_periods(body) + b".\r\n")  # type: ignore[attr-defined]  # noqa: SLF001
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(self._server.dot_seconds)
        try:
            code, words = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            text = redact_and_shorten(str(error), *self._server.secrets)
            return SendResult(outcome=Outcome.UNSURE, code="no answer", text=text)
        if code < 0:  # not a reply of SMTP
            return SendResult(outcome=Outcome.UNSURE, code="no answer", text="unreadable reply")
        self._expect((code, words), permanent=Outcome.PERMANENT)
        return SendResult(
            outcome=Outcome.DELIVERED, code=str(code), text=_words(words, self._server.secrets)
        )

    def _expect(self, reply: tuple[int, bytes], *, permanent: Outcome, wanted: int = 0) -> None:
        code, words = reply
        if code == wanted or (not wanted and code // 100 == _SUCCESS):
            return
        outcome = permanent if code >= _FIRST_PERMANENT else Outcome.RETRY
        if code == _TOO_LARGE:
            outcome = Outcome.PERMANENT
        raise _Refused(outcome, code, _words(words, self._server.secrets))

    def _quit(self) -> None:
        """Quit with a short wait, because the outcome is already known."""
        try:
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(min(QUIT_SECONDS, self._server.command_seconds))
            self._smtp.quit()
        except (OSError, smtplib.SMTPException):
            self._smtp.close()


def _map_error(error: Exception, secrets: tuple[str, ...]) -> _Refused:
    """Map an error before the text was sent; the server has not accepted the mail."""
    text = redact_and_shorten(str(error), *secrets)
    match error:
        case smtplib.SMTPResponseException(smtp_code=code, smtp_error=words):
            is_final = code >= _FIRST_PERMANENT
            outcome = Outcome.RECEIVER_BROKEN if is_final else Outcome.RETRY
            return _Refused(outcome, code, _words(words, secrets))
        case smtplib.SMTPNotSupportedError():
            return _Refused(Outcome.RECEIVER_BROKEN, "unsupported", text)
        case ssl.SSLCertVerificationError():
            return _Refused(Outcome.RECEIVER_BROKEN, "certificate", text)
        case smtplib.SMTPServerDisconnected():
            return _Refused(Outcome.RETRY, "disconnected", text)
        case smtplib.SMTPException():
            return _Refused(Outcome.RECEIVER_BROKEN, "unsupported", text)
        case ValueError() if not isinstance(error, UnicodeError):  # such as a challenge in no code
            return _Refused(Outcome.RECEIVER_BROKEN, "login", type(error).__name__)
        case UnicodeError():  # without its text, which quotes the word that cannot be sent
            return _Refused(Outcome.RECEIVER_BROKEN, "encoding", "an address is not ASCII")
        case _:
            return _Refused(Outcome.RETRY, "connect", text or type(error).__name__)


def _words(words: bytes | str, secrets: tuple[str, ...]) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return redact_and_shorten(text, *secrets)
