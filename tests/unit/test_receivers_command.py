"""`straitwatch receivers` on a real store."""

import socket
from pathlib import Path

import pytest

from builders.app import HOOK, open_desk
from builders.configs import write_config
from commands import HEADLINE, rows, run
from servers import slack as server
from servers.slack import SlackServer
from straitwatch.clock import utc_now
from straitwatch.errors import UsageError
from straitwatch.store import Store


def states(config: Path) -> dict[str, str]:
    return {row["name"]: row["state"] for row in rows(config, "receivers", "list")}


def test_receivers_are_listed_with_their_states(desk: Path) -> None:
    assert states(desk) == {"desk-slack": "not used yet", "terminal": "not used yet"}
    assert "not used yet" in run(desk, "receivers", "list").stdout


def test_receiver_is_paused_until_it_is_resumed(desk: Path) -> None:
    paused = run(desk, "receivers", "pause", "desk-slack").stdout
    state = states(desk)["desk-slack"]
    resumed = run(desk, "receivers", "resume", "desk-slack").stdout

    assert paused == "desk-slack is paused; `straitwatch receivers resume desk-slack` resumes it\n"
    assert state.startswith("paused by")
    assert resumed == "desk-slack is resumed\n"
    assert "paused" not in states(desk)["desk-slack"]


def test_receiver_test_prints_the_message_and_its_outcome(desk: Path) -> None:
    result = run(desk, "receivers", "test", "terminal")

    assert result.exit_code == 0
    assert "terminal delivered" in result.stdout
    assert "paused" not in result.stderr


def test_receiver_test_without_a_delivery_promises_no_second_attempt(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    url = f"mailto://127.0.0.1:{port}?from=watch@example.org&to=desk@example.org"
    config = write_config(tmp_path, feeds={}, receivers={"desk-mail": {"url": url}})

    result = run(config, "receivers", "test", "desk-mail")

    assert result.exit_code == 1
    assert result.stdout.startswith("desk-mail desk@example.org not delivered: connect ")


def test_receiver_test_that_succeeds_counts_as_a_use(desk: Path) -> None:
    run(desk, "receivers", "test", "terminal")

    assert states(desk)["terminal"] == "ok"


def test_receiver_test_names_the_remedy_and_the_list_fails_until_it_works(tmp_path: Path) -> None:
    with SlackServer() as slack:
        receivers = {"desk-slack": {"url": HOOK, "base_url": slack.url}}
        config = write_config(tmp_path, feeds={}, receivers=receivers)
        Store.open(f"sqlite:///{tmp_path / 'straitwatch.db'}").close()
        slack.script(server.error(404, "no_service"))

        test, listed = (run(config, "receivers", word, *more) for word, *more in COMMANDS)
        check = run(config, "check")
        again, relisted = (run(config, "receivers", word, *more) for word, *more in COMMANDS)

    remedy = "hint: create a new one under https://api.slack.com/apps > Incoming Webhooks"
    assert (test.exit_code, listed.exit_code, check.exit_code) == (1, 1, 1)
    assert remedy in test.stderr
    assert remedy in listed.stderr
    assert remedy in check.stdout
    assert (again.exit_code, relisted.exit_code) == (0, 0)


COMMANDS = (("test", "desk-slack"), ("list",))


def test_receiver_test_warns_of_a_pause(desk: Path) -> None:
    run(desk, "receivers", "pause", "terminal")

    result = run(desk, "receivers", "test", "terminal")

    assert "terminal is paused by" in result.stderr
    assert "hint: `straitwatch receivers resume terminal`" in result.stderr


@pytest.mark.parametrize("command", ["test", "pause", "resume"])
def test_receiver_that_does_not_exist_is_refused(desk: Path, command: str) -> None:
    error = run(desk, "receivers", command, "desk-slakc").exception

    assert isinstance(error, UsageError)
    assert str(error).startswith("no such receiver: desk-slakc\nhint: choose from ")


# ---------------------------------------------------------------- what only the daemon knows


async def test_commands_know_the_receivers_of_the_daemon_without_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGER_URL", HOOK)
    async with open_desk(tmp_path, receivers={"pager": {"url": "${PAGER_URL}"}}, system={}) as desk:
        desk.clock.now = utc_now()
        await desk.app.health.beat()
        monkeypatch.delenv("PAGER_URL")

        listed = run(desk.config, "receivers", "list")
        traced = run(desk.config, "routes", "test", "--title", HEADLINE)
        checked = run(desk.config, "check")

    assert "PAGER_URL" not in listed.stdout + traced.stdout + checked.stdout
    assert "-> pager" in traced.stdout


def test_commands_say_that_no_daemon_runs_to_answer_for_unset_receivers(tmp_path: Path) -> None:
    config = write_config(tmp_path, feeds={}, receivers={"pager": {"url": "${UNSET_PAGER_URL}"}})

    result = run(config, "routes", "test", "--title", HEADLINE)

    assert result.stderr == "no daemon runs, so this shell decides if pager can be used\n"
