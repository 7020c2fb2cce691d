"""The mail driver against servers that refuse, stall and hang up at every moment."""

import logging
import ssl
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from builders.mail import DESK, PASSWORD, impatient
from builders.messages import frozen, make_driver, make_job
from contract.faults import LOGIN_FAULTS, MAIL_FAULTS, STARTTLS_FAULTS
from servers.smtp import SmtpServer
from straitwatch.core.model import Outcome


@pytest.mark.parametrize(
    ("moment", "reply", "outcome", "code", "taken"),
    MAIL_FAULTS,
    ids=[f"{row[0]} {row[1]}" for row in MAIL_FAULTS],
)
def test_every_reply_has_its_outcome(
    moment: str, reply: str, outcome: Outcome, code: str, taken: int
) -> None:
    with SmtpServer({moment: reply}) as smtp:
        driver = impatient(smtp.port)

        result = driver.send(frozen(driver))

        assert (result.outcome, result.code) == (outcome, code)
        assert len(smtp.messages) == taken


@pytest.mark.parametrize(
    ("recipients", "outcome"),
    [((DESK,), Outcome.RECEIVER_BROKEN), ((DESK, "chen@example.org"), Outcome.RETRY)],
)
@pytest.mark.parametrize("reply", ["552 5.2.2 mailbox full", "452 4.2.2 over quota"])
def test_full_mailbox_holds_the_receiver_if_it_is_the_only_one(
    reply: str, recipients: tuple[str, ...], outcome: Outcome
) -> None:
    with SmtpServer({"rcpt": reply}) as smtp:
        driver = impatient(smtp.port)
        driver.recipients = recipients

        assert driver.send(frozen(driver)).outcome is outcome


@pytest.mark.parametrize(
    ("recipients", "outcome"),
    [((DESK,), Outcome.RECEIVER_BROKEN), ((DESK, "chen@example.org"), Outcome.PERMANENT)],
)
def test_mailbox_that_does_not_exist_breaks_the_receiver_if_it_is_the_only_one(
    recipients: tuple[str, ...], outcome: Outcome
) -> None:
    with SmtpServer({"rcpt": "550 5.1.1 no such user here"}) as smtp:
        driver = impatient(smtp.port)
        driver.recipients = recipients

        result = driver.send(frozen(driver))

        assert (result.outcome, result.is_recipient_refused) == (outcome, True)


@pytest.mark.parametrize("moment", ["mail", "data", "dot"])
def test_refusal_of_a_message_says_nothing_about_the_recipient(moment: str) -> None:
    with SmtpServer({moment: "550 5.7.1 no"}) as smtp:
        driver = impatient(smtp.port)

        assert not driver.send(frozen(driver)).is_recipient_refused


@pytest.mark.parametrize(("moment", "has_begun"), [("rcpt", False), ("dot", True)])
def test_mail_has_begun_only_once_its_text_is_on_its_way(moment: str, has_begun: bool) -> None:
    with SmtpServer({moment: "close"}) as smtp:
        driver = impatient(smtp.port)

        driver.send(frozen(driver))

        assert driver.has_begun is has_begun


@pytest.mark.parametrize(
    ("moment", "reply", "outcome", "code"),
    LOGIN_FAULTS,
    ids=[row[1] for row in LOGIN_FAULTS],
)
def test_refused_login_holds_the_receiver_and_not_the_message(
    moment: str,
    reply: str,
    outcome: Outcome,
    code: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with SmtpServer({moment: reply}, extensions=("AUTH PLAIN",)) as smtp:
        driver = impatient(smtp.port, user="desk")

        result = driver.send(frozen(driver))

        assert (result.outcome, result.code) == (outcome, code)
        assert smtp.messages == []
    assert (
        PASSWORD not in f"{result!r} {driver!r} {driver.redacted} {driver._server!r} {caplog.text}"
    )


@pytest.mark.parametrize(
    ("moment", "reply", "outcome", "code"),
    STARTTLS_FAULTS,
    ids=[row[1] for row in STARTTLS_FAULTS],
)
def test_server_that_refuses_encryption_gets_no_mail(
    moment: str, reply: str, outcome: Outcome, code: str
) -> None:
    with SmtpServer({moment: reply}, extensions=("STARTTLS",)) as smtp:
        driver = impatient(smtp.port, security="starttls")

        result = driver.send(frozen(driver))

        assert (result.outcome, result.code) == (outcome, code)
        assert smtp.messages == []


@pytest.mark.parametrize("refused", ["b", "c"])
def test_refused_address_does_not_affect_other_addresses(refused: str) -> None:
    with SmtpServer({f"rcpt {refused}@example.org": "550 no such user"}) as smtp:
        driver = make_driver(
            f"{smtp.url}/?from=sw@example.org&to=a@example.org,b@example.org&cc=c@example.org"
        )

        outcomes = {
            recipient[0]: driver.send(frozen(driver, make_job(recipient=recipient))).outcome
            for recipient in driver.recipients
        }

        assert [name for name, it in outcomes.items() if it is Outcome.PERMANENT] == [refused]
        assert [mail.recipient[0] for mail in smtp.messages] == [
            name for name in "abc" if name != refused
        ]


def test_server_without_starttls_gets_no_mail() -> None:
    with SmtpServer() as smtp:
        driver = impatient(smtp.port, security="starttls")

        assert driver.send(frozen(driver)).outcome is Outcome.RECEIVER_BROKEN
        assert smtp.messages == []


def test_unreachable_server_is_tried_again() -> None:
    with SmtpServer() as smtp:
        port = smtp.port
    driver = impatient(port)

    assert driver.send(frozen(driver)).outcome is Outcome.RETRY


@contextmanager
def tls_server(directory: Path) -> Iterator[Controller]:
    """aiosmtpd with an unsigned certificate."""
    key, certificate = directory / "key.pem", directory / "cert.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=localhost",
            "-keyout",
            key,
            "-out",
            certificate,
            "-days",
            "2",
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    class Encrypting(Controller):
        def factory(self) -> SMTP:
            return SMTP(self.handler, tls_context=context)

    with SmtpServer() as free:
        port = free.port
    controller = Encrypting(object(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


def test_unsigned_certificate_is_refused(tmp_path: Path) -> None:
    with tls_server(tmp_path) as controller:
        driver = impatient(controller.port, security="starttls")

        result = driver.send(frozen(driver))

    assert (result.outcome, result.code) == (Outcome.RECEIVER_BROKEN, "certificate")


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_password_outside_ascii_is_sent_as_utf8(mechanism: str) -> None:
    asked: list[bytes] = []

    def authenticate(*details: object) -> AuthResult:
        login = details[-1]
        assert isinstance(login, LoginPassword)
        asked.append(login.password)
        return AuthResult(success=login.password == "pässwört".encode())

    other = {"PLAIN": "LOGIN", "LOGIN": "PLAIN"}[mechanism]
    with SmtpServer() as free:
        port = free.port
    controller = Controller(
        Sink(),
        hostname="127.0.0.1",
        port=port,
        authenticator=authenticate,
        auth_required=True,
        auth_require_tls=False,
        auth_exclude_mechanism=[other],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # aiosmtpd advises against logins without TLS
        controller.start()
        try:
            driver = impatient(port, user="desk", password="pässwört", dot_seconds=5)
            result = driver.send(frozen(driver))
        finally:
            controller.stop()

    assert result.outcome is Outcome.DELIVERED, result
    assert asked == ["pässwört".encode()]
