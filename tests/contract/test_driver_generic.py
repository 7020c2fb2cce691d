"""Apprise's last mile and the terminal."""

import io
import json
import logging
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from builders.messages import frozen, make_alert, make_digest, make_driver, make_item, make_job
from servers import slack as server
from servers.slack import SlackServer
from straitwatch.core.model import Frozen, Outcome, SendJob
from straitwatch.deliver.driver import DriverSettings
from straitwatch.deliver.generic import Generic


@pytest.fixture
def service() -> Iterator[SlackServer]:
    """Any service that takes JSON by HTTP; `/services` counts as a post."""
    with SlackServer() as running:
        yield running


def json_url(service: SlackServer) -> str:
    return f"json://desk:correct-horse@127.0.0.1:{service.port}/services/hidden-token"


def test_message_reaches_the_service_once_with_its_id(service: SlackServer) -> None:
    driver = make_driver(json_url(service))

    result = driver.send(frozen(driver))

    assert result.outcome is Outcome.DELIVERED
    assert len(service.requests) == 1
    assert service.requests[0].headers["idempotency-key"] == "d1"
    assert "Two frigates" in service.messages[0]["message"]


FAULTS = [
    ("refused", server.error(422, "no")),
    ("busy", server.error(503, "no")),
    ("limited", server.rate_limited(3)),
    ("redirected", server.redirect("http://127.0.0.1:1/")),
]


@pytest.mark.parametrize("answer", [row[1] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_any_refusal_is_tried_again_later_and_only_then(
    service: SlackServer, answer: server.Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    driver = make_driver(json_url(service))
    service.default = answer

    result = driver.send(frozen(driver))

    assert result.outcome is Outcome.RETRY
    assert len(service.requests) == 1
    said = f"{result!r} {driver!r} {driver.redacted}"
    assert "correct-horse" not in said
    assert "hidden-token" not in said


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_refusal_of_address_or_credentials_holds_the_receiver(
    service: SlackServer, status: int
) -> None:
    driver = make_driver(json_url(service))
    service.default = server.error(status, "no")

    result = driver.send(frozen(driver))

    assert (result.outcome, result.code) == (Outcome.RECEIVER_BROKEN, str(status))


@pytest.mark.parametrize(
    ("url", "outcome", "code"),
    [
        ("json://127.0.0.1:1/x", Outcome.RETRY, "connect"),
        ("json://no-such-host.invalid/x", Outcome.RETRY, "dns"),
        ("json://d€sk:p€ss@127.0.0.1:{port}/x", Outcome.RECEIVER_BROKEN, "encoding"),
    ],
)
def test_error_before_the_message_is_handed_over_is_not_perhaps_sent(
    service: SlackServer, url: str, outcome: Outcome, code: str
) -> None:
    settings = DriverSettings(zone="UTC", templates={}, on_unsure="resend")
    url = url.format(port=service.port)
    driver = Generic(url, scheme=url.partition(":")[0], settings=settings)
    body = json.dumps({"title": "One", "body": "Two"}).encode()

    result = driver.send(make_job(frozen=Frozen(body=body, content_type="application/json")))

    assert (result.outcome, result.code) == (outcome, code)


def test_untrusted_certificate_of_a_service_is_not_perhaps_sent(certificate: Path) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with first_client(lambda client: context.wrap_socket(client, server_side=True)) as port:
        driver = make_driver(f"jsons://localhost:{port}/x")

        result = driver.send(frozen(driver))

    assert (result.outcome, result.code) == (Outcome.RECEIVER_BROKEN, "certificate")


def test_service_without_encryption_has_not_read_the_message() -> None:
    with first_client(lambda client: client.sendall(b"HTTP/1.1 400 No\r\n\r\n")) as port:
        driver = make_driver(f"jsons://127.0.0.1:{port}/x")

        result = driver.send(frozen(driver))

    assert (result.outcome, result.code) == (Outcome.RETRY, "connect")


@contextmanager
def first_client(serve: Callable[[socket.socket], object]) -> Iterator[int]:
    """Serve one connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError), listener.accept()[0] as client:
                client.recv(1, socket.MSG_PEEK)
                serve(client)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)


@pytest.mark.parametrize("answer", [server.reset(), server.close()], ids=["reset", "closed"])
def test_post_that_was_read_and_not_answered_is_unsure(
    service: SlackServer, answer: server.Answer
) -> None:
    driver = make_driver(json_url(service))
    service.default = answer

    assert driver.send(frozen(driver)).outcome is Outcome.UNSURE


def test_post_to_a_service_that_hangs_is_unsure(service: SlackServer) -> None:
    driver = make_driver(f"{json_url(service)}?rto=0.5")
    service.default = server.hang()

    assert driver.send(frozen(driver)).outcome is Outcome.UNSURE


@pytest.mark.parametrize("host", ["127.0.0.1:1", "no-such-host.invalid"])
def test_unreachable_service_has_not_read_the_message(
    host: str, caplog: pytest.LogCaptureFixture
) -> None:
    driver = make_driver(f"json://desk:correct-horse@{host}/services/hidden-token")

    assert driver.send(frozen(driver)).outcome is Outcome.RETRY
    assert "hidden-token" not in caplog.text


def test_words_in_a_message_are_not_taken_for_those_of_a_failure(service: SlackServer) -> None:
    driver = make_driver(json_url(service))
    service.default = server.reset()
    title = "Socket Exception: Caused by NewConnectionError"

    result = driver.send(frozen(driver, make_job(make_alert(title=title))))

    assert result.outcome is Outcome.UNSURE


def test_status_of_a_failure_is_kept(service: SlackServer) -> None:
    driver = make_driver(json_url(service))
    service.default = server.error(404, "no")

    assert driver.send(frozen(driver)).code == "404"


def test_possible_repeat_says_so(service: SlackServer) -> None:
    driver = make_driver(json_url(service))

    driver.send(frozen(driver, make_job(is_possible_repeat=True)))

    assert "possible repeat" in service.messages[0]["message"]


def long_digest() -> SendJob:
    return make_job(make_digest(items=tuple(make_item(at) for at in range(100))))


SERVICES = [
    ("tgram://123456789:abcdefghijklmnopqrstuvwxyz012345678/12315544/", 4096),
    ("discord://123456789012345678/abcdefghijklmnopqrstuvwxyz", 2000),
    ("pover://user@token", 1024),
]


@pytest.mark.parametrize(("url", "limit"), SERVICES)
def test_message_keeps_the_limits_of_its_service(url: str, limit: int) -> None:
    words = json.loads(make_driver(url).render(long_digest()).body)

    assert len(words["title"]) + len(words["body"].encode("utf-16-le")) / 2 < limit
    assert re.search(r"^and \d+ more$", words["body"], re.MULTILINE)
    assert words["body"].endswith("1,284 entries read")
    assert "Story number 1" in words["body"]


@pytest.mark.parametrize("status", [400, 413])
def test_rejected_message_is_sent_once_more_in_a_shorter_form(
    service: SlackServer, status: int
) -> None:
    driver = make_driver(json_url(service))
    service.script(server.error(status, "no"))

    assert driver.send(frozen(driver, long_digest())).outcome is Outcome.DELIVERED
    assert len(service.requests) == 2
    assert len(service.messages[-1]["message"]) <= 400


@pytest.mark.parametrize("status", [400, 413])
def test_message_that_is_rejected_in_both_forms_is_not_tried_again(
    service: SlackServer, status: int
) -> None:
    driver = make_driver(json_url(service))
    service.default = server.error(status, "no")

    result = driver.send(frozen(driver, long_digest()))

    assert result.outcome is Outcome.PERMANENT
    assert result.code == str(status)
    assert "shortened" in result.text
    assert len(service.requests) == 2


def test_mentions_are_removed_from_text_for_an_unknown_service(service: SlackServer) -> None:
    driver = make_driver(json_url(service))
    facts = make_alert(
        title="@everyone <@&99> <!channel> [x](javascript:alert(1)) https://evil.example"
    )

    driver.send(frozen(driver, make_job(facts)))

    said = json.dumps(service.messages[0], ensure_ascii=False)
    for live in ("@everyone", "<@", "<!", "](", "javascript:", "https://evil"):
        assert live not in said


class _Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("no_color", ["", "1"])
def test_terminal_underlines_the_hits_of_the_headline(
    monkeypatch: pytest.MonkeyPatch, no_color: str
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", no_color)
    driver, stream = make_driver("terminal://"), _Tty()
    monkeypatch.setattr("sys.stdout", stream)

    driver.send(frozen(driver, make_job(make_alert(title="Ships cross", title_spans=((0, 5),)))))

    underlined = re.findall(r"\x1b\[(?:\d+;)*4(?:;\d+)*m([^\x1b]+)", stream.getvalue())
    assert underlined == ["Ships"]
    has_color = re.search(r"\x1b\[[\d;]*\b3\dm", stream.getvalue()) is not None
    assert has_color is not bool(no_color)


def test_terminal_prints_the_alert(capsys: pytest.CaptureFixture[str]) -> None:
    driver = make_driver("terminal://")

    result = driver.send(frozen(driver))

    assert result.outcome is Outcome.DELIVERED
    out = capsys.readouterr().out
    assert "Two frigates cross the Strait at dawn\n" in out
    assert "https://wire.example/frigates?a=1&b=2\n" in out
    assert "\x1b" not in out


def test_terminal_can_stay_out_of_the_way_of_data(capsys: pytest.CaptureFixture[str]) -> None:
    driver = make_driver("terminal://stderr")

    driver.send(frozen(driver))

    assert capsys.readouterr().out == ""


def test_headline_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    driver = make_driver("terminal://")

    driver.send(
        frozen(driver, make_job(make_alert(title="\x1b[2J\x1b]0;owned\x07\x9b31m[red]news")))
    )

    out = capsys.readouterr().out
    assert not any(character in out for character in "\x1b\x07\x9b")
    assert "[red]news" in out


def test_closed_output_is_a_broken_receiver(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = make_driver("terminal://")
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr("sys.stdout", closed)

    assert driver.send(frozen(driver)).outcome is Outcome.RECEIVER_BROKEN
