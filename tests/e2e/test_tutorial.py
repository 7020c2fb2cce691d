"""The commands of the tutorial work in their order, against servers on loopback."""

import asyncio
import os
import re
import shlex
import sys
from email.utils import format_datetime
from pathlib import Path

import yaml

from builders.configs import WATCHLISTS, rss
from e2e.world import HOOK, World, world
from servers.feeds import Page
from straitwatch.clock import utc_now

ROOT = Path(__file__).parents[2]
TUTORIAL = (ROOT / "docs/tutorial/first-hour.md").read_text(encoding="utf-8")
HEADLINE = "Blockade of the Taiwan Strait begins"  # high in WATCHLISTS: quiet hours do not hold it
# A block of `sh` works anywhere; one of `bash` needs the internet, an account or the system.
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", TUTORIAL, re.DOTALL | re.MULTILINE)


async def test_tutorial_leads_to_alerts_in_slack_and_by_mail(tmp_path: Path) -> None:
    install(tmp_path)
    async with world(tmp_path / "servers") as servers:
        servers.feeds.answer("/wire", Page(fresh_feed()))
        environment = {"SLACK_URL": HOOK, "MAIL_URL": mail_url(servers)}
        first, *others = BLOCKS
        await run(first, tmp_path, environment)
        use_loopback(tmp_path / "desk/config", servers)
        answers = [await run(block, tmp_path / "desk", environment) for block in others]

    assert "desk-slack delivered" in "".join(answers)
    assert any("This is a test" in str(message) for message in servers.slack.messages)
    assert any(HEADLINE in str(message) for message in servers.slack.messages)
    assert any(HEADLINE in mail["Subject"] for mail in servers.mailbox.mails)
    assert "strait-crossings: fires" in "".join(answers)


def fresh_feed() -> bytes:
    """Make a feed with one entry of this moment: the first fetch alerts on it."""
    published = f"<pubDate>{format_datetime(utc_now())}</pubDate><guid".encode()
    return rss(("g1", HEADLINE, "It began at dawn.")).replace(b"<guid", published)


def install(directory: Path) -> None:
    """Put `straitwatch` into a directory of its own on the PATH."""
    command = directory / "bin/straitwatch"
    command.parent.mkdir()
    command.write_text(
        f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m straitwatch "$@"\n', encoding="utf-8"
    )
    command.chmod(0o755)


def use_loopback(config: Path, servers: World) -> None:
    """Replace Slack and the feeds by the servers of this test, and the lists by quicker ones."""
    for file in (*config.glob("watchlists/*"), *config.glob("terms/*")):
        file.unlink()
    (config / "watchlists/lists.yaml").write_text(WATCHLISTS, encoding="utf-8")
    settings = config / "straitwatch.yaml"
    text = settings.read_text(encoding="utf-8")
    text = re.sub(r"# (base_url:) \S+", rf"\1 {servers.slack.url}", text)
    text = text.replace("allow_private_addresses: false", "allow_private_addresses: true")
    text = text.replace("full_text: auto", "full_text: never")
    text = text.replace("watch_edits: 72h", "watch_edits: 0s")
    settings.write_text(text, encoding="utf-8")
    feed = {"name": "Example Wire", "url": servers.feeds.url("/wire"), "language": "en"}
    (config / "feeds.yaml").write_text(yaml.safe_dump({"feeds": [feed]}), encoding="utf-8")


def mail_url(servers: World) -> str:
    settings = yaml.safe_load((servers.config / "straitwatch.yaml").read_text(encoding="utf-8"))
    return settings["receivers"]["desk-mail"]["url"]


async def run(block: str, directory: Path, environment: dict[str, str]) -> str:
    """Run a block; every command in it must succeed."""
    path = f"{directory.parent / 'bin'}:{directory / 'bin'}:{os.environ['PATH']}"
    child = await asyncio.create_subprocess_exec(
        *("bash", "-eu", "-c", block),
        cwd=directory,
        env={**os.environ, **environment, "PATH": path},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(child.communicate(), 120)
    assert child.returncode == 0, f"{block}\n{output.decode()}"
    return output.decode()
