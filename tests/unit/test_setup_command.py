"""`straitwatch setup` writes a configuration of your own and tests it by sending."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from servers.slack import SlackServer, error
from straitwatch.cli import app
from straitwatch.cli.service import Service, install_service, make_service, with_database
from straitwatch.cli.setup_files import MAIL, SLACK, Answers, fitted, write_configuration
from straitwatch.config import load_config, load_settings
from straitwatch.errors import UsageError
from straitwatch.places import Places
from straitwatch.shipped import shipped

WEBHOOK = "https://hooks.slack.com/services/T0AAAAAAA/B0AAAAAAA/abcdefghijklmnopqrstuvwx"
OTHER = WEBHOOK.replace("B0AAAAAAA", "B0BBBBBBB")
MAILBOX = "mailtos://watch:secret@smtp.example.org?from=watch@example.org&to=desk@example.org"


@pytest.fixture(autouse=True)
def _few_lists(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ship the settings alone: to compile all lists takes a second."""
    folder = tmp_path_factory.mktemp("shipped")
    (folder / "config").mkdir()
    shutil.copy(shipped("config") / "straitwatch.yaml", folder / "config")
    (folder / "config/feeds.yaml").write_text("feeds: []\n", encoding="utf-8")
    monkeypatch.setattr("straitwatch.cli.setup_files.shipped", lambda name: folder / name)


@pytest.fixture(autouse=True)
def _no_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("straitwatch.cli.service._RUNS_SYSTEMD", tmp_path / "no-systemd")


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        yield server


def run_setup(directory: Path, *arguments: str, typed: str | None = None) -> Result:
    asks = () if typed else ("--yes",)
    command = ("setup", "--dir", str(directory), "--timezone", "Europe/Berlin", *asks, *arguments)
    return CliRunner().invoke(app, command, input=typed)


def answers(directory: Path, **urls: str) -> Answers:
    named = {name.replace("_", "-"): url for name, url in urls.items()}
    return Answers(urls=named, timezone="Europe/Berlin", data=directory / "data")


def texts(slack: SlackServer) -> str:
    return str([asked.json for asked in slack.requests])


def test_setup_tests_slack_and_writes_a_valid_configuration(
    tmp_path: Path, slack: SlackServer
) -> None:
    desk = tmp_path / "desk"

    result = run_setup(desk, "--slack-url", WEBHOOK, "--slack-base-url", slack.url, "--no-poll")

    loaded = load_config(desk, environ={})
    assert result.exit_code == 0, result.output
    assert "desk-slack delivered" in result.stdout
    assert "This is a test" in texts(slack)
    assert loaded.receivers[SLACK].url == WEBHOOK
    assert (loaded.timezone, loaded.database) == (
        "Europe/Berlin",
        f"sqlite:///{desk / 'data/straitwatch.db'}",
    )


def test_secrets_are_in_a_file_that_only_the_owner_can_read(tmp_path: Path) -> None:
    run_setup(tmp_path, "--slack-url", WEBHOOK, "--untested", "--no-poll")

    secrets = tmp_path / "secrets.env"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    assert WEBHOOK not in (tmp_path / "straitwatch.yaml").read_text(encoding="utf-8")


def test_receiver_that_fails_its_test_writes_nothing(tmp_path: Path, slack: SlackServer) -> None:
    slack.script(error(404, "no_service"))
    desk = tmp_path / "desk"

    result = run_setup(desk, "--slack-url", WEBHOOK, "--slack-base-url", slack.url)

    assert result.exit_code == 1
    assert "no_service" in result.stdout
    assert "hint: " in result.stdout
    assert not desk.exists()


def test_mistake_in_an_option_is_refused_at_once(tmp_path: Path) -> None:
    result = run_setup(tmp_path / "desk", "--mail-url", "mailtos://a@b.org:pw@smtp.b.org")

    assert isinstance(result.exception, UsageError)
    assert not (tmp_path / "desk").exists()


def test_conversation_asks_again_after_a_mistake(tmp_path: Path, slack: SlackServer) -> None:
    typed = f"https://api.slack.com/apps\n{WEBHOOK}\n\n"

    result = run_setup(tmp_path, "--slack-base-url", slack.url, "--no-poll", typed=typed)

    assert result.exit_code == 0, result.output
    assert "this is a page of Slack" in result.stdout
    assert load_settings(tmp_path, environ={}).receivers[SLACK].url == WEBHOOK


def test_address_pasted_after_a_failed_test_is_used_instead(
    tmp_path: Path, slack: SlackServer
) -> None:
    slack.script(error(404, "no_service"))

    result = run_setup(
        tmp_path,
        "--slack-base-url",
        slack.url,
        "--no-poll",
        typed=f"{OTHER}\n{WEBHOOK}\n\n",
    )

    assert result.exit_code == 0, result.output
    assert load_settings(tmp_path, environ={}).receivers[SLACK].url == WEBHOOK


def test_password_of_a_mail_account_is_not_shown(tmp_path: Path) -> None:
    typed = "\nme@example.org\np@ss word\n\n\n"

    result = run_setup(tmp_path, "--untested", "--no-poll", typed=typed)

    assert result.exit_code == 0, result.output
    assert "p@ss" not in result.stdout
    assert ":p%40ss%20word@smtp.example.org:587" in (tmp_path / "secrets.env").read_text()


@pytest.mark.parametrize(("used", "unused"), [(SLACK, MAIL), (MAIL, SLACK)])
def test_receiver_that_was_skipped_gets_no_message(tmp_path: Path, used: str, unused: str) -> None:
    text = (shipped("config") / "straitwatch.yaml").read_text(encoding="utf-8")
    url = {SLACK: WEBHOOK, MAIL: MAILBOX}[used]
    only = Answers(urls={used: url}, timezone="UTC", data=tmp_path)

    lines = [line.partition("#")[0] for line in fitted(text, only).splitlines()]

    sends = [line for line in lines if "send:" in line or "fallback:" in line]
    assert len(sends) > 2
    assert not [line for line in sends if unused in line]


def test_setup_again_adds_a_receiver_and_keeps_the_other(tmp_path: Path) -> None:
    run_setup(tmp_path, "--slack-url", WEBHOOK, "--untested", "--no-poll")
    run_setup(tmp_path, "--mail-url", MAILBOX, "--untested", "--no-poll")

    loaded = load_settings(tmp_path, environ={})
    assert (loaded.receivers[SLACK].url, loaded.receivers[MAIL].url) == (WEBHOOK, MAILBOX)
    assert "send: [desk-slack, desk-mail]" in (tmp_path / "straitwatch.yaml").read_text()


def test_setup_again_keeps_an_edited_file(tmp_path: Path) -> None:
    run_setup(tmp_path, "--slack-url", WEBHOOK, "--untested", "--no-poll")
    settings = tmp_path / "straitwatch.yaml"
    edited = settings.read_text(encoding="utf-8") + "# mine\n"
    settings.write_text(edited, encoding="utf-8")
    (tmp_path / "feeds.yaml").write_text("feeds: []\n")

    result = run_setup(tmp_path, "--slack-url", OTHER, "--untested", "--no-poll")

    assert "is yours, so it stays as it is" in result.stdout
    assert settings.read_text(encoding="utf-8") == edited
    assert (tmp_path / "feeds.yaml").read_text() == "feeds: []\n"
    assert load_settings(tmp_path, environ={}).receivers[SLACK].url == OTHER


def test_setup_again_offers_to_keep_the_receivers_of_an_edited_file(tmp_path: Path) -> None:
    run_setup(tmp_path, "--slack-url", WEBHOOK, "--untested", "--no-poll")
    settings = tmp_path / "straitwatch.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    command = ("setup", "--dir", str(tmp_path), "--no-poll")

    result = CliRunner().invoke(app, command, input="\n\n")

    assert result.exit_code == 0, result.output
    assert "Webhook URL (Enter: keep the present one)" in result.stdout
    assert "Time zone" not in result.stdout


def test_setup_without_news_ends_with_a_labelled_example(
    tmp_path: Path, slack: SlackServer
) -> None:
    result = run_setup(tmp_path, "--slack-url", WEBHOOK, "--slack-base-url", slack.url)

    assert result.exit_code == 0, result.output
    assert "here is an invented alert, marked [Example]" in result.stdout
    assert "[Example]" in texts(slack)


def test_variable_of_the_environment_wins_over_the_secrets_file(tmp_path: Path) -> None:
    write_configuration(tmp_path, answers(tmp_path, desk_slack=WEBHOOK))

    assert load_settings(tmp_path, environ={"SLACK_URL": OTHER}).receivers[SLACK].url == OTHER


def test_unit_runs_the_daemon_on_the_new_configuration(tmp_path: Path) -> None:
    result = run_setup(tmp_path, "--no-poll", "--systemd", "print")

    assert f"run --config {tmp_path}\n" in result.stdout
    assert "ExecReload=kill -HUP $MAINPID" in result.stdout


def test_unit_works_in_the_folder_of_the_database_of_a_kept_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, here = tmp_path / "desk", tmp_path / "here"
    here.mkdir()
    desk.mkdir()
    monkeypatch.chdir(here)
    kept = "# mine\ndatabase: ${DATABASE_URL:-sqlite:///data/straitwatch.db}\n"
    (desk / "straitwatch.yaml").write_text(kept, encoding="utf-8")

    result = run_setup(desk, "--no-poll", "--systemd", "print")

    assert result.exit_code == 0, result.output
    assert f"WorkingDirectory={desk / 'data'}\n" in result.stdout
    assert (desk / "data").is_dir()
    assert not list(here.iterdir())


@pytest.mark.parametrize("name", ["my desk", "desk #2", "lin's: desk", "50% $HOME", '"desk"'])
def test_directory_with_any_name_works(tmp_path: Path, name: str) -> None:
    desk = tmp_path / name

    for _ in range(2):
        result = run_setup(desk, "--slack-url", WEBHOOK, "--untested", "--no-poll")
        assert f"written to {desk}" in result.stdout

    assert load_settings(desk, environ={}).database == f"sqlite:///{desk / 'data/straitwatch.db'}"


def test_next_step_quotes_the_directory_for_the_shell(tmp_path: Path) -> None:
    result = run_setup(tmp_path / "my desk", "--no-poll")

    assert f"export STRAITWATCH_CONFIG='{tmp_path / 'my desk'}'\n" in result.stdout


@pytest.mark.parametrize(
    ("listen", "page"),
    [
        ("127.0.0.1:9000", "on http://127.0.0.1:9000/\n"),
        ("0.0.0.0:9000", "on http://127.0.0.1:9000/\n"),
        ("[::]:9000", "on http://[::1]:9000/\n"),
        ("", "the daemon\n"),
    ],
)
def test_next_steps_name_the_address_of_the_pages(tmp_path: Path, listen: str, page: str) -> None:
    (tmp_path / "straitwatch.yaml").write_text(f"web: {{listen: '{listen}'}}\n", encoding="utf-8")

    steps = run_setup(tmp_path, "--no-poll").stdout.partition("Next:")[2]

    assert page in steps
    assert "8650" not in steps


def test_directory_that_no_database_can_be_in_is_refused(tmp_path: Path) -> None:
    result = run_setup(tmp_path / "desk?", "--no-poll")

    assert isinstance(result.exception, UsageError)
    assert "its name has '?'" in str(result.exception)


def test_unit_quotes_paths_as_systemd_reads_them() -> None:
    places = Places(config=Path("/srv/my desk"), data=Path("/srv/50% $A/my desk"))

    text = make_service(places, is_system=True).text

    assert 'run --config "/srv/my desk"\n' in text
    assert "WorkingDirectory=/srv/50%% $A/my desk\n" in text
    assert 'ReadWritePaths="/srv/50%% $A/my desk"\n' in text


def test_unit_of_the_documentation_is_the_one_that_setup_installs() -> None:
    page = (Path(__file__).parents[2] / "docs/how-to/deploy.md").read_text(encoding="utf-8")
    places = Places(config=Path("/etc/straitwatch"), data=Path("/var/lib/straitwatch"))
    program = ("/usr/local/bin/straitwatch",)

    service = Service(places=places, is_system=True, program=program)

    assert f"```ini\n# {service.path}\n{service.text}```\n" in page


def test_next_steps_do_not_start_a_second_daemon_beside_a_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("straitwatch.cli.service._RUNS_SYSTEMD", tmp_path)
    assert "straitwatch run " in run_setup(tmp_path / "desk", "--no-poll").stdout
    unit = tmp_path / ".config/systemd/user/straitwatch.service"
    unit.parent.mkdir(parents=True)
    unit.touch()

    steps = run_setup(tmp_path / "desk", "--no-poll").stdout.partition("Next:")[2]

    assert "straitwatch status" in steps
    assert "straitwatch run" not in steps


@pytest.mark.parametrize(
    ("is_system", "command"),
    [(True, "journalctl -u straitwatch"), (False, "journalctl --user -u straitwatch")],
)
def test_log_command_reads_the_journal_of_the_service(is_system: bool, command: str) -> None:
    places = Places(config=Path("/a"), data=Path("/b"))

    assert make_service(places, is_system=is_system).log_command == command


def test_user_service_without_a_session_gives_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "systemctl"
    fake.write_text("#!/bin/sh\necho no bus >&2; exit 1\n", encoding="utf-8")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    service = make_service(Places(config=tmp_path, data=tmp_path), is_system=False)

    with pytest.raises(UsageError, match="no bus\nhint: log in as this user"):
        install_service(service, has_user=True)


def test_option_that_an_edited_file_does_not_take_is_named(tmp_path: Path) -> None:
    (tmp_path / "straitwatch.yaml").write_text("timezone: Asia/Taipei\n", encoding="utf-8")

    assert "write `timezone: Europe/Berlin` into it" in run_setup(tmp_path, "--no-poll").stdout


def test_service_of_the_system_owns_and_writes_its_data(tmp_path: Path) -> None:
    places = with_database(Places(config=tmp_path, data=Path("/x")), "sqlite:////srv/news/a.db?b=c")

    service = make_service(places, is_system=True)

    assert "ReadWritePaths=/srv/news\n" in service.text
    assert ["chown", "--recursive", "straitwatch:", str(tmp_path), "/srv/news"] in list(
        service.commands(has_user=True)
    )


def test_service_does_not_take_a_folder_with_other_files(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "straitwatch.db-wal").touch()
    (home / ".ssh").touch()
    places = Places(config=tmp_path / "etc", data=home)

    with pytest.raises(UsageError, match="has other files besides the database"):
        install_service(make_service(places, is_system=True), has_user=True)


def test_setup_that_skips_slack_and_mail_says_where_alerts_go(tmp_path: Path) -> None:
    text = run_setup(tmp_path, "--no-poll", typed="\n\n").stdout

    assert "Slack and mail were skipped, so alerts are printed in the terminal" in text
    assert "secrets are in" not in text


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_setup_again_keeps_the_owner_of_the_secrets(tmp_path: Path) -> None:
    run_setup(tmp_path, "--slack-url", WEBHOOK, "--untested", "--no-poll")
    os.chown(tmp_path / "secrets.env", 10_001, 10_001)

    run_setup(tmp_path, "--slack-url", OTHER, "--untested", "--no-poll")

    assert (tmp_path / "secrets.env").stat().st_uid == 10_001


@pytest.mark.parametrize(
    ("edit", "answer"), [("", "is installed; its daemon reloads"), ("# mine", "Replace it?")]
)
def test_setup_again_keeps_the_unit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: str, answer: str
) -> None:
    desk, home = tmp_path / "desk", tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("straitwatch.cli.setup.runs_systemd", lambda: True)
    run_setup(desk, "--no-poll")
    places = Places(config=desk, data=desk / "data")
    service = make_service(places, is_system=False)
    service.path.parent.mkdir(parents=True)
    service.path.write_text(service.text + edit, encoding="utf-8")

    result = run_setup(desk, "--no-poll", typed="\n\n\n")

    assert answer in result.stdout
    assert service.path.read_text(encoding="utf-8") == service.text + edit
