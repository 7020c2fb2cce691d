"""A changed list in shadow beside the running daemon, and the report of a refused one."""

import asyncio
import json
from pathlib import Path

import pytest

from e2e.test_alerts import STORY, world
from harness import Daemon, eventually, straitwatch

WIDER = """\
watchlists:
  - id: taiwan-policy
    title: Taiwan policy
    match: [Taiwan Strait, harbour]
  - {id: china-russia-military, title: Both, match: [Russia AND China AND drill]}
"""
HARBOUR = ("g2", "A crane falls in the harbour", "Nobody was hurt.")


async def rows(config: Path, *arguments: str) -> list[dict]:
    status, out, err = await straitwatch(
        *arguments, "--json", "--config", str(config), cwd=config.parent
    )
    assert status == 0, err
    return [json.loads(line) for line in out.splitlines()]


async def run(config: Path, *arguments: str) -> str:
    status, out, err = await straitwatch(*arguments, "--config", str(config), cwd=config.parent)
    assert status == 0, err
    return out


async def test_list_in_shadow_sends_no_alert_until_it_is_promoted(tmp_path) -> None:
    draft = tmp_path / "draft" / "lists.yaml"
    draft.parent.mkdir()
    draft.write_text(WIDER, encoding="utf-8")
    async with world(tmp_path) as it, Daemon(it.config) as daemon:
        await it.polled()
        await run(it.config, "shadow", "start", str(draft), "--hours", "2")
        await eventually(lambda: "shadow change started" in daemon.text())
        it.publish(STORY, HARBOUR)
        await eventually(lambda: len(it.slack.messages) == 1)
        await it.polled(2)
        found = await rows(it.config, "shadow", "report")
        status = await run(it.config, "status")
        alerts_before = len(it.slack.messages)
        await run(it.config, "shadow", "promote", "--yes")
        await eventually(lambda: daemon.text().count("configuration reloaded") == 2)
        it.publish(STORY, HARBOUR, ("g3", "The harbour is open again", "Ships sail."))
        await eventually(lambda: len(it.slack.messages) == 2)

    by_kind = {row["kind"]: row for row in found}
    assert (by_kind["list"]["watchlist"], by_kind["list"]["gained"]) == ("taiwan-policy", 1)
    assert by_kind["sample"]["title"] == HARBOUR[1]
    assert alerts_before == 1
    assert "in shadow: lists.yaml" in status
    assert "harbour is open" in str(it.slack.messages[1])
    assert not list((it.config / "shadow").iterdir())


@pytest.mark.parametrize("off_for", [0, 4], ids=["while it runs", "while it was off"])
async def test_shadow_whose_time_is_up_is_reported_to_the_system_receivers(
    tmp_path, off_for
) -> None:
    draft = tmp_path / "lists.yaml"
    draft.write_text(WIDER, encoding="utf-8")
    async with world(tmp_path, system={"send": ["desk-mail"]}) as it:
        it.publish(HARBOUR)
        await straitwatch("run", "--once", "--config", str(it.config), cwd=tmp_path)
        await run(it.config, "shadow", "start", str(draft), "--hours", "0.001")
        await asyncio.sleep(off_for)
        async with Daemon(it.config):
            await eventually(lambda: bool(it.mailbox.mails))

    assert "shadow change has ended" in str(it.mailbox.mails[0]["Subject"])


async def test_broken_change_in_shadow_is_reported_and_polls_continue(tmp_path) -> None:
    async with world(tmp_path) as it:
        (it.config / "shadow").mkdir()
        (it.config / "shadow/lists.yaml").write_text("watchlists: [{id: a, match: [(a OR b]}]")
        async with Daemon(it.config):
            await it.polled()
            it.publish(STORY)
            await eventually(lambda: len(it.slack.messages) == 1)
        checked = await run(it.config, "check")

    assert "the change in shadow is off" in checked


async def test_change_whose_examples_fail_does_not_get_into_shadow(tmp_path) -> None:
    draft = tmp_path / "lists.yaml"
    draft.write_text(WIDER.replace("harbour]", "harbour]\n    must_match: [Rain]"))
    async with world(tmp_path) as it:
        await straitwatch("run", "--once", "--config", str(it.config), cwd=tmp_path)
        status, out, _ = await straitwatch(
            "shadow", "start", str(draft), "--config", str(it.config), cwd=tmp_path
        )

    assert status == 1
    assert "must match, but does not" in out
    assert not (it.config / "shadow").exists()


async def test_refusal_shows_in_status_and_is_reported_once_with_its_end(tmp_path) -> None:
    async with world(tmp_path, system={"send": ["desk-mail"]}) as it, Daemon(it.config) as daemon:
        await it.polled()
        lists = it.config / "watchlists/lists.yaml"
        good = lists.read_text()
        lists.write_text(good.replace("match: [Taiwan Strait]", "match: [(Taiwan OR Strait]"))
        await eventually(lambda: len(it.mailbox.mails) == 1)
        status, out, err = await straitwatch("status", "--config", str(it.config), cwd=tmp_path)
        lists.write_text(good.replace("match: [Taiwan Strait]", "match: [(Taiwan OR Strait OR]"))
        await eventually(lambda: daemon.text().count("invalid configuration;") == 2)
        lists.write_text(good)
        await eventually(lambda: len(it.mailbox.mails) == 2)

    subjects = [str(mail["Subject"]) for mail in it.mailbox.mails]
    assert "Invalid configuration" in subjects[0]
    assert "valid again" in subjects[1]
    assert status == 1
    assert "new configuration rejected since" in out
    assert "1 feed, 0 failing" in out
    assert "lists.yaml:4:" in err
