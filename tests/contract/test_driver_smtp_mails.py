"""Mails as they arrive: their headers, parts and threads."""

from datetime import timedelta
from typing import Any

import pytest

from builders.mail import DESK, impatient
from builders.messages import AT, frozen, make_alert, make_digest, make_driver, make_job
from servers.smtp import Mailed, SmtpServer
from straitwatch.core.model import AlertKind, Severity, StoryName, Timeline


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
