"""The commands, on a real database after one pass of the real pipeline."""

import re
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from builders.configs import write_config
from commands import HEADLINE, rows, run
from straitwatch.clock import utc_now
from straitwatch.core.identity import host_of
from straitwatch.core.model import HostPause
from straitwatch.core.pauses import describe_pause
from straitwatch.store import Store, add_pause


def first_delivery(config: Path) -> dict:
    """Return the delivery of the alert itself; another test may have replayed it."""
    (delivery,) = [row for row in rows(config, "outbox", "list") if ".r" not in row["id"]]
    return delivery


def test_status_counts_polls_stories_and_messages(config: Path) -> None:
    (counts,) = rows(config, "status")

    assert list(counts) == [
        "feeds", "polled", "failed", "entries_new", "stories_new", "alerts", "delivered",
        "pending", "dead",
    ]  # fmt: skip
    assert (counts["entries_new"], counts["stories_new"], counts["alerts"]) == (2, 1, 1)
    assert (counts["delivered"], counts["pending"], counts["dead"]) == (1, 0, 0)


def test_status_shows_people_feeds_receivers_and_stories(config: Path) -> None:
    text = run(config, "status").stdout

    assert "1 feed, 0 failing" in text
    assert "terminal" in text
    assert "Fleet crosses" in text
    assert "sentence encoder: " in text


def test_stories_alerts_and_outbox_show_the_same_story(config: Path) -> None:
    (story,) = rows(config, "stories", "list")
    (alert,) = rows(config, "stories", "alerts")
    delivery = first_delivery(config)

    assert story["id"] == alert["story"] == delivery["story"]
    assert delivery["state"] == "delivered"
    assert "delivered" in [place["state"] for place in alert["deliveries"]]


def test_story_is_shown_with_its_reports_and_reasons(config: Path) -> None:
    (story,) = rows(config, "stories", "list")

    (shown,) = rows(config, "stories", "show", story["id"])

    (report,) = shown["reports"]
    assert (report["feed"], report["relation"], report["reason"]) == (
        "Example Wire",
        "new",
        "new_story",
    )


def test_beginning_of_a_storys_id_names_it(config: Path) -> None:
    (story,) = rows(config, "stories", "list")

    (shown,) = rows(config, "stories", "show", story["id"][:4])

    assert shown["id"] == story["id"]


@pytest.mark.parametrize(
    "command", [("stories", "list"), ("stories", "alerts"), ("outbox", "list")]
)
def test_lists_say_when_in_the_configured_zone(config: Path, command: tuple[str, str]) -> None:
    head, *_, last = run(config, *command).stdout.strip().splitlines()[1:-1]

    assert any(word in head for word in ("Last seen", "Made"))
    assert re.search(r"\d\d [A-Z][a-z]{2} \d\d:\d\d", last)


@pytest.mark.parametrize(
    ("order", "because"),
    [("retry", "is delivered"), ("cancel", "is delivered"), ("replay", "no such delivery")],
)
def test_impossible_command_of_the_outbox_says_why(config: Path, order: str, because: str) -> None:
    delivery = "nothing" if order == "replay" else first_delivery(config)["id"]

    result = run(config, "outbox", order, delivery)

    assert result.exit_code != 0
    assert because in str(result.exception)


def test_misspelt_receiver_is_refused_with_the_known_names(config: Path) -> None:
    result = run(config, "outbox", "list", "--receiver", "terminl")

    assert "no such receiver: terminl" in str(result.exception)
    assert "terminal" in str(result.exception)


def test_delivery_is_shown_with_its_attempts_and_its_bytes(config: Path) -> None:
    delivery = first_delivery(config)

    text = run(config, "outbox", "show", delivery["id"]).stdout
    by_beginning = run(config, "outbox", "show", delivery["id"][:11] + "…").stdout

    assert by_beginning == text
    assert HEADLINE in text
    assert "attempt" in text


@pytest.mark.parametrize("asked", [HEADLINE, "https://news.example/g1?utm_source=rss"])
def test_why_knows_an_entry_by_title_and_by_any_form_of_its_address(config: Path, asked) -> None:
    (answer,) = rows(config, "why", asked)

    assert answer["feed"] == "Example Wire"
    assert (answer["decision"], answer["reason"]) == ("alert", "new_story")
    assert answer["deliveries"][0]["receiver"] == "terminal"
    assert answer["lists"][0]["fires"]


def test_why_answers_for_a_text_that_never_came(config: Path) -> None:
    (answer,) = rows(config, "why", "A quiet day at the Taiwan Strait museum")

    assert answer["seen"] is None
    assert {item["watchlist"] for item in answer["lists"]} >= {"taiwan-policy"}


def test_why_for_people_names_list_and_words(config: Path) -> None:
    text = run(config, "why", HEADLINE).stdout

    assert "taiwan-policy: fires" in text
    assert "Taiwan Strait" in text


def test_why_prints_the_text_that_was_decided_about(config: Path) -> None:
    (answer,) = rows(config, "why", HEADLINE)

    assert answer["summary"]
    assert f"summary: {answer['summary']}" in run(config, "why", HEADLINE).stdout


def test_route_test_prints_the_path_even_without_a_receiver(config: Path) -> None:
    reached = run(config, "routes", "test", "--title", HEADLINE)
    missed = run(config, "routes", "test", "--title", "Rain in the mountains")

    assert (reached.exit_code, missed.exit_code) == (0, 1)
    assert "-> terminal" in reached.stdout


def test_route_test_takes_the_severity_that_a_first_report_has(tmp_path: Path) -> None:
    lists = (
        "watchlists:\n  - {id: strait, title: Strait, match: [Strait],"
        " severity: [{level: low, min_origins: 1}, {level: high}]}\n"
    )
    made = write_config(tmp_path, feeds={}, watchlists=lists)

    assert "strait (low" in run(made, "routes", "test", "--title", HEADLINE).stdout


def test_route_test_names_a_receiver_that_is_out_and_quiet_hours(tmp_path: Path) -> None:
    made = write_config(
        tmp_path,
        feeds={},
        receivers={"desk": {"url": "${NOWHERE_URL}"}, "terminal": {"url": "terminal://"}},
        routes=[{"match": {}, "send": ["desk", "terminal"], "quiet_hours": "always"}],
        quiet_hours={
            "always": {
                "days": ["mon-sun"],
                "from": "00:00",
                "to": "00:00",
                "hold": ["low", "normal", "high"],
            }
        },
    )

    text = run(made, "routes", "test", "--title", HEADLINE).stdout

    assert "desk cannot be used: NOWHERE_URL is not set" in text
    assert "held in quiet hours always until " in text
    assert "00:00 CST" in text


def test_test_of_a_paused_receiver_says_that_alerts_wait(config: Path) -> None:
    run(config, "receivers", "pause", "terminal")
    result = run(config, "receivers", "test", "terminal")
    run(config, "receivers", "resume", "terminal")

    assert result.exit_code == 0
    assert "its alerts wait" in result.stderr


def test_receiver_test_sends_a_labelled_message(config: Path) -> None:
    result = run(config, "receivers", "test", "terminal")

    assert result.exit_code == 0
    assert "This is a test" in result.stdout


def test_paused_receiver_is_named_and_can_be_resumed(config: Path) -> None:
    run(config, "receivers", "pause", "terminal")
    (paused,) = rows(config, "receivers", "list")
    run(config, "receivers", "resume", "terminal")
    (resumed,) = rows(config, "receivers", "list")

    assert paused["state"].startswith("paused by")
    assert resumed["state"] == "ok"


@pytest.mark.parametrize(
    "command", [("status",), ("stories", "list"), ("outbox", "list"), ("doctor",)]
)
def test_read_only_commands_create_no_database(tmp_path: Path, command: tuple[str, ...]) -> None:
    made = write_config(tmp_path, feeds={"Example Wire": "https://news.example/rss"})
    before = sorted(tmp_path.rglob("*"))

    result = run(made, *command)

    assert result.exit_code == 1
    assert "no database yet" in result.output or "no database yet" in str(result.exception)
    assert "straitwatch run" in result.output or "straitwatch run" in str(result.exception)
    assert sorted(tmp_path.rglob("*")) == before


def test_lists_can_be_asked_before_there_is_a_database(tmp_path: Path) -> None:
    made = write_config(tmp_path, feeds={"Example Wire": "https://news.example/rss"})

    result = run(made, "why", HEADLINE)

    assert "taiwan-policy: fires" in result.stdout
    assert not list(tmp_path.rglob("*.db"))


def test_receiver_can_be_tested_before_there_is_a_database(tmp_path: Path) -> None:
    made = write_config(tmp_path, feeds={"Example Wire": "https://news.example/rss"})

    assert run(made, "receivers", "test", "terminal").exit_code == 0


def test_feed_health_and_doctor_are_content(config: Path) -> None:
    (feed,) = rows(config, "feeds", "health")

    assert (feed["outcome"], feed["failures"]) == ("ok", 0)
    assert run(config, "doctor").exit_code == 0


def test_feed_health_and_status_show_the_pause_of_a_host(config: Path, tmp_path: Path) -> None:
    paused = copied(config, tmp_path)
    (host,) = {host_of(row["url"]) for row in rows(paused, "feeds", "list")}
    now = utc_now()
    pause = HostPause(host=host, status=429, since_at=now, until_at=now + timedelta(hours=1))
    store = Store.open(f"sqlite:///{tmp_path / 'straitwatch.db'}")
    store.call(add_pause, pause)
    store.close()

    (feed,) = rows(paused, "feeds", "health")

    assert feed["detail"] == describe_pause(pause)
    assert feed["next"] == pause.until_at.isoformat(timespec="seconds")
    assert "none of its feeds is polled until" in run(paused, "status").stdout


def test_doctor_warns_of_a_feed_in_words(config: Path, tmp_path: Path) -> None:
    broken = copied(config, tmp_path)
    connection = sqlite3.connect(tmp_path / "straitwatch.db")
    connection.execute(
        "update feed set failures = 1, last_outcome = 'dns',"
        " last_detail = 'the host name does not resolve'"
    )
    connection.commit()
    connection.close()

    result = run(broken, "doctor")

    warning = "warn feed Example Wire: host name does not resolve (1 failure in a row)"
    assert warning in " ".join(result.stdout.split())


def copied(config: Path, folder: Path) -> Path:
    """Copy a configuration with its database."""
    made = folder / "config"
    shutil.copytree(config, made)
    shutil.copy(config.parent / "straitwatch.db", folder)
    settings = made / "straitwatch.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(str(config.parent), str(folder)), encoding="utf-8")
    return made


def test_doctor_names_the_model_or_why_it_is_unavailable(config: Path) -> None:
    (encoder,) = [row for row in rows(config, "doctor") if row["name"] == "encoder"]

    assert encoder["is_good"]
    assert encoder["text"].startswith(("multilingual-e5-small", "unavailable"))


def test_commands_report_that_the_encoder_is_off(config: Path, tmp_path: Path) -> None:
    off = tmp_path / "off"
    shutil.copytree(config, off)
    with (off / "straitwatch.yaml").open("a", encoding="utf-8") as settings:
        settings.write("\nstories: {encoder: off}\n")

    for command in (["status"], ["check"], ["doctor", "--all"]):
        output = " ".join(run(off, *command).stdout.split())
        assert "switched off" in output
        assert "reports in different languages are compared by names only" in output


def test_feeds_are_exported_as_opml(config: Path) -> None:
    assert 'text="Example Wire"' in run(config, "feeds", "export").stdout


def test_backup_is_a_whole_database(config: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"

    assert run(config, "db", "backup", str(target)).exit_code == 0
    assert target.stat().st_size > 10_000


def test_finished_message_is_replayed_as_a_new_one_and_can_be_cancelled(config: Path) -> None:
    delivery = first_delivery(config)

    new_id = run(config, "outbox", "replay", delivery["id"]).stdout.strip()

    assert new_id.startswith(delivery["id"] + ".r")
    assert run(config, "outbox", "cancel", new_id).exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("outbox", "show", "nothing"),
        ("stories", "show", "nothing"),
        ("receivers", "test", "nobody"),
        ("outbox", "retry"),
    ],
)
def test_unknown_name_is_refused_with_a_hint(config: Path, arguments) -> None:
    result = run(config, *arguments)

    assert result.exit_code != 0
    assert result.exception is not None


def test_stored_message_is_rendered_by_its_delivery_its_alert_or_its_story(config: Path) -> None:
    (alert,) = rows(config, "stories", "alerts")
    asked = [first_delivery(config)["id"], alert["alert"], alert["story"]]

    shown = [run(config, "render", one).stdout for one in asked]

    assert all(HEADLINE in text for text in shown)
