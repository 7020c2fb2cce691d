"""The mail driver against servers that refuse, stall and hang up at every moment."""

import logging
import ssl
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from builders.messages import AT, frozen, make_alert, make_digest, make_driver, make_job
from contract.faults import LOGIN_FAULTS, MAIL_FAULTS, STARTTLS_FAULTS
from servers.smtp import Mailed, SmtpServer
from straitwatch.core.model import AlertKind, Outcome, Severity, StoryName, Timeline
from straitwatch.deliver.driver import DriverSettings
from straitwatch.deliver.smtp import Mail, Server

PASSWORD = "correct-horse-battery"
DESK = "desk@example.org"


def impatient(
    port: int,
    *,
    security: str = "insecure",
    user: str = "",
    password: str = PASSWORD,
    dot_seconds: float = 0.3,
) -> Mail:
    server = Server(
        host="127.0.0.1",
        port=port,
        security=security,
        user=user,
        password=password if user else "",
        command_seconds=0.5,
        dot_seconds=dot_seconds,
    )
    return Mail(
        server,
        sender=Address("Straitwatch", addr_spec="alerts@example.org"),
        recipients=(DESK,),
        receiver="desk-mail",
        domain="",
        settings=DriverSettings(zone="UTC", templates={}, on_unsure="resend"),
    )


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


def test_each_address_of_the_url_is_a_delivery_of_its_own() -> None:
    with SmtpServer() as smtp:
        url = f"{smtp.url}/?from=sw@example.org&to=a@example.org,b@example.org&cc=c@example.org&bcc=d@example.org"
        driver = make_driver(url)

        for recipient in driver.recipients:
            driver.send(frozen(driver, make_job(recipient=recipient)))

        assert [mail.recipient for mail in smtp.messages] == [
            f"{name}@example.org" for name in "abcd"
        ]
        assert not any("d@example.org" in str(mail.message["To"]) for mail in smtp.messages[:3])


def test_resent_mail_is_the_same_to_the_byte() -> None:
    with SmtpServer() as smtp:
        for _ in range(2):
            driver = impatient(smtp.port)
            driver.send(frozen(driver))

        first, second = smtp.messages
        assert first.data == second.data


def test_mail_names_its_sender_and_is_marked_as_automatic() -> None:
    with SmtpServer() as smtp:
        driver = impatient(smtp.port)
        driver.send(frozen(driver))
        message = smtp.messages[0].message

    assert message["Message-ID"] == "<sw.d1@example.org>"
    assert message["Date"] == "Sun, 01 Mar 2026 22:40:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "<desk-mail.straitwatch.example.org>"
    assert message["To"] == DESK


def sent(**changes: Any) -> Mailed:
    with SmtpServer() as smtp:
        driver = impatient(smtp.port)
        driver.send(frozen(driver, make_job(recipient=DESK, **changes)))
        return smtp.messages[0]


def test_critical_mail_is_marked_as_important() -> None:
    critical = sent(facts=make_alert(severity=Severity.CRITICAL)).message
    high = sent().message

    assert critical["X-Priority"] == "1"
    assert critical["Importance"] == "high"
    assert critical["X-Straitwatch-Severity"] == "critical"
    assert high["X-Priority"] is None
    assert high["X-Straitwatch-Severity"] == "high"


def test_possible_repeat_is_labelled_in_header_text_and_html() -> None:
    first, repeat = sent().message, sent(is_possible_repeat=True).message

    texts = [part.get_content() for part in repeat.iter_parts()]
    assert repeat["X-Straitwatch-Repeat"] == "possible"
    assert texts[0].startswith("Possible repeat: an earlier attempt was not answered.")
    assert "<body><p>Possible repeat: an earlier attempt was not answered.</p>" in texts[1]
    assert repeat["Message-ID"] == first["Message-ID"]
    assert first["X-Straitwatch-Repeat"] is None
    assert not any("repeat" in part.get_content() for part in first.iter_parts())


def test_repeat_of_a_headline_that_looks_like_the_body_is_labelled_in_html() -> None:
    facts = make_alert(title="<body> of a diver found")

    text, html = sent(facts=facts, is_possible_repeat=True).message.iter_parts()

    assert "<p>Possible repeat" not in text.get_content()
    assert "<body><p>Possible repeat" in html.get_content()


def test_possible_repeat_differs_from_the_first_mail_by_its_labels_only() -> None:
    first, repeat = sent().data, sent(is_possible_repeat=True).data

    words = b"Possible repeat: an earlier attempt was not answered."
    repeat = repeat.replace(b"X-Straitwatch-Repeat: possible\r\n", b"")
    assert repeat.replace(b"<p>%b</p>" % words, b"").replace(b"%b\r\n\r\n" % words, b"") == first


def test_picture_of_a_digest_is_a_part_of_the_mail() -> None:
    hours = Timeline(since_at=AT, step=timedelta(hours=1), counts=(1, 2, 3, 4))
    first, again = (sent(facts=make_digest(timeline=hours)) for _ in range(2))

    kinds = [part.get_content_type() for part in first.message.walk()]
    assert kinds == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]
    *_, html, picture = first.message.walk()
    assert f"cid:{picture['Content-ID'].strip('<>')}" in html.get_content()
    assert picture.get_content_disposition() == "inline"
    assert first.data == again.data


def test_possible_repeat_of_a_digest_is_labelled_too() -> None:
    hours = Timeline(since_at=AT, step=timedelta(hours=1), counts=(1, 2, 3, 4))
    repeat = sent(facts=make_digest(timeline=hours), is_possible_repeat=True).message

    _, text, _, html, _ = repeat.walk()
    assert all("Possible repeat" in part.get_content() for part in (text, html))


def test_mails_of_a_story_share_a_thread() -> None:
    with SmtpServer() as smtp:
        driver = impatient(smtp.port)
        driver.send(frozen(driver))
        later = make_alert(kind=AlertKind.UPDATE, title="Frigates reach port", revision=2)
        driver.send(frozen(driver, make_job(later, recipient=DESK)))
        first, second = (mail.message for mail in smtp.messages)

    assert first["References"] == second["References"] == "<story-s1@example.org>"
    assert second["Subject"] == "Update: Frigates reach port"


def test_update_of_an_alert_of_its_own_stays_in_that_alerts_thread() -> None:
    part_of = StoryName(story_id="s1", title="Cable cut")
    with SmtpServer() as smtp:
        driver = impatient(smtp.port)
        apart = driver.send(
            frozen(driver, make_job(make_alert(revision=2, part_of=part_of), recipient=DESK))
        )
        later = make_alert(kind=AlertKind.UPDATE, revision=3)
        driver.send(frozen(driver, make_job(later, recipient=DESK, parent_ref=apart.ref)))
        threads = [mail.message["References"] for mail in smtp.messages]

    assert threads == ["<story-s1-2@example.org>"] * 2


@pytest.mark.parametrize(
    "title",
    [
        "“we’re ready” now 🚀 says the navy — and “waits” for orders",
        "Talks end =?utf-8?q?x?= again",
        "Министр: «учения у Тайваня» завершены, корабли ушли из пролива",
        "a " * 70,
    ],
)
def test_subject_arrives_unchanged(title: str) -> None:
    with SmtpServer() as smtp:
        driver = impatient(smtp.port)
        driver.send(frozen(driver, make_job(make_alert(title=title, matches=()), recipient=DESK)))
        mail = smtp.messages[0]

    assert str(mail.message["Subject"]) == f"[High] {title.strip()}"
    assert b"\nSubject: \r\n" not in mail.data


def test_long_chinese_subject_is_folded() -> None:
    title = "兩艘巡防艦清晨通過海峽" * 16
    with SmtpServer() as smtp:
        driver = impatient(smtp.port)
        driver.send(
            frozen(driver, make_job(make_alert(story_title=title, title=title), recipient=DESK))
        )
        mail = smtp.messages[0]

    head = mail.data.partition(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n")) <= 78
    assert title[:100] in str(mail.message["Subject"])


def test_both_parts_are_plain_seven_bit_lines() -> None:
    with SmtpServer() as smtp:
        driver = impatient(smtp.port)
        driver.send(frozen(driver))
        mail = smtp.messages[0]

    assert mail.data.isascii()
    assert max(len(line) for line in mail.data.split(b"\r\n")) <= 998
    assert [part.get_content_type() for part in mail.message.iter_parts()] == [
        "text/plain",
        "text/html",
    ]


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
