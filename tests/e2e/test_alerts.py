"""One story in a feed becomes exactly one Slack message and one mail, whatever happens."""

import asyncio
import re
import signal
import urllib.request
from pathlib import Path

import pytest

from builders.configs import rss
from e2e.world import HEADLINE, SENTENCE, STORY, add_feed, mail_text, slack_text, world
from harness import Daemon, eventually, last_json, straitwatch
from servers.feeds import Page


async def test_story_gives_one_slack_message_and_one_mail_that_explain_it(tmp_path) -> None:
    async with world(tmp_path) as it, Daemon(it.config):
        await it.polled()
        it.publish(STORY)
        await eventually(lambda: bool(it.slack.messages and it.mailbox.mails))
        await it.polled(3)

    (message,), (mail,) = it.slack.messages, it.mailbox.mails
    for text in (slack_text(message), mail_text(mail)):
        for part in ("Example Wire", "https://news.example/g1", "Taiwan policy", "Taiwan Strait"):
            assert part in text, (part, text)
        assert "Twelve ships passed through" in text


async def test_second_outlet_with_the_same_headline_raises_no_second_alert(tmp_path) -> None:
    async with world(tmp_path) as it:
        it.feeds.answer("/other", Page(rss(title="Other Wire")))
        add_feed(it.config, "Other Wire", it.feeds.url("/other"))
        async with Daemon(it.config):
            await it.polled(4)
            it.publish(STORY)
            await eventually(lambda: len(it.slack.messages) == 1)
            copy = rss(("o1", HEADLINE, SENTENCE), title="Other Wire")
            it.feeds.answer("/other", Page(copy.replace(b"news.example", b"other.example")))
            await it.polled(6)
            _, out, _ = await straitwatch(
                "stories", "list", "--json", "--config", str(it.config), cwd=tmp_path
            )

            assert len(it.slack.messages) == 1
    assert last_json(out)["outlets"] == ["Example Wire", "Other Wire"]


async def test_alert_is_sent_exactly_once_after_a_kill_between_commit_and_send(tmp_path) -> None:
    async with world(tmp_path) as it:
        doomed = Daemon(
            it.config, launcher=Path(__file__).parent / "die_after_commit.py", DIE_WHEN="alert"
        )
        async with doomed:
            await it.polled()
            it.publish(STORY)
            assert await doomed.wait() == -signal.SIGKILL
        assert (it.slack.messages, it.mailbox.mails) == ([], [])

        async with Daemon(it.config):
            await eventually(lambda: bool(it.slack.messages and it.mailbox.mails))
            await it.polled(3)

    assert (len(it.slack.messages), len(it.mailbox.mails)) == (1, 1)


async def test_first_fetch_of_a_feed_is_silent_and_a_later_entry_is_not(tmp_path) -> None:
    async with world(tmp_path) as it:
        it.publish(STORY)
        async with Daemon(it.config):
            await it.polled(3)
            assert it.slack.messages == []
            later = ("g2", "Talks about a Taiwan Strait hotline begin", "Both sides met.")
            it.publish(later, STORY)
            await eventually(lambda: len(it.slack.messages) == 1)

    assert "hotline" in slack_text(it.slack.messages[0])


async def test_terminated_daemon_ends_by_itself_and_cleanly(tmp_path) -> None:
    async with world(tmp_path) as it, Daemon(it.config) as daemon:
        await it.polled()

        assert await daemon.stop(signal.SIGTERM) == 0


async def test_broken_reload_keeps_the_old_lists_and_says_so(tmp_path) -> None:
    async with world(tmp_path) as it, Daemon(it.config) as daemon:
        await it.polled()
        lists = it.config / "watchlists/lists.yaml"
        good = lists.read_text()
        lists.write_text(good.replace("match: [Taiwan Strait]", "match: [Taiwan and Strait]"))
        await eventually(lambda: "invalid configuration" in daemon.text())
        it.publish(STORY)
        await eventually(lambda: len(it.slack.messages) == 1)

    assert "lists.yaml:4:" in daemon.text()


async def test_reload_whose_examples_fail_is_refused(tmp_path) -> None:
    async with world(tmp_path) as it, Daemon(it.config) as daemon:
        await it.polled()
        lists = it.config / "watchlists/lists.yaml"
        lists.write_text(
            lists.read_text().replace(
                "title: Taiwan policy", "title: Taiwan policy\n    must_match: [Rain in spring]"
            )
        )
        await eventually(lambda: "this example must match" in daemon.text())
        it.publish(STORY)
        await eventually(lambda: len(it.slack.messages) == 1)


@pytest.mark.parametrize("how", ["file", "SIGHUP"])
async def test_valid_change_is_reloaded_by_a_running_daemon(tmp_path, how) -> None:
    async with world(tmp_path) as it, Daemon(it.config) as daemon:
        await it.polled()
        lists = it.config / "watchlists/lists.yaml"
        lists.write_text(lists.read_text().replace("Taiwan Strait", "sandcastle"))
        if how == "SIGHUP":
            assert daemon.process is not None
            daemon.process.send_signal(signal.SIGHUP)
        await eventually(lambda: "configuration reloaded" in daemon.text())
        it.publish(("g9", "A sandcastle contest opens", "Nobody won."))
        await eventually(lambda: len(it.slack.messages) == 1)


async def test_run_refuses_a_broken_configuration(tmp_path) -> None:
    async with world(tmp_path) as it:
        lists = it.config / "watchlists/lists.yaml"
        lists.write_text("watchlists:\n  - id: x\n    title: X\n    match: [(a OR b]\n")

        status, _, err = await straitwatch("run", "--config", str(it.config), cwd=tmp_path)

    assert status == 2
    assert "lists.yaml:4:" in err
    assert "hint:" in err


async def test_second_run_once_stores_no_entry_again(tmp_path) -> None:
    async with world(tmp_path) as it:
        it.publish(STORY)
        command = ("run", "--once", "--json", "--config", str(it.config))
        status, out, _ = await straitwatch(*command, cwd=tmp_path)
        first = last_json(out)
        await asyncio.sleep(1.2)  # the feed's interval is a second
        _, out, _ = await straitwatch(*command, cwd=tmp_path)

    assert status == 0
    assert (first["polled"], first["entries_new"]) == (1, 1)
    assert (last_json(out)["polled"], last_json(out)["entries_new"]) == (1, 0)


async def test_daemon_answers_health_ready_and_metrics(tmp_path) -> None:
    def get(port: str, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return str(answer.read(), "utf-8")

    async with world(tmp_path) as it, Daemon(it.config) as daemon:
        await it.polled()
        await eventually(lambda: "status page" in daemon.text())
        found = re.search(r'"port": ?(\d+)', daemon.text())
        assert found, daemon.text()
        await it.polled(4)  # the third one was counted before the fourth was asked for
        pages = [
            await asyncio.to_thread(get, found[1], path)
            for path in ("/healthz", "/readyz", "/metrics", "/")
        ]

    assert pages[0] == pages[1] == "ok\n"
    assert 'straitwatch_feed_polls_total{outcome="not_modified"}' in pages[2]
    assert "Straitwatch" in pages[3]


async def test_rekeyed_feed_sends_no_alerts_until_it_is_released(tmp_path) -> None:
    def items(prefix: str) -> list[tuple[str, str, str]]:
        return [
            (f"{prefix}{at}", f"Taiwan Strait bulletin number {at} of the year", f"Text {at}.")
            for at in range(12)
        ]

    async with world(tmp_path, system={"send": ["desk-mail"]}) as it:
        it.publish(*items("old"))
        async with Daemon(it.config) as daemon:
            await it.polled(3)
            it.publish(*items("new"), ("g99", "A new Taiwan Strait ferry opens", "It sails."))
            await eventually(lambda: "reissued its entries" in daemon.text())
            await eventually(lambda: bool(it.slack.messages and it.mailbox.mails))
            await it.polled(3)
            before = list(it.slack.messages)
            command = ("feeds", "release", "Example Wire", "--json", "--config", str(it.config))
            _, first, _ = await straitwatch(*command, cwd=tmp_path)
            await eventually(lambda: len(it.slack.messages) == 13)
            _, second, _ = await straitwatch(*command, cwd=tmp_path)

    assert [slack_text(message).count("ferry") > 0 for message in before] == [True]
    notice = next(mail for mail in map(mail_text, it.mailbox.mails) if "look new" in mail)
    assert "13 entries look new; 12 of them are known" in notice
    assert "straitwatch feeds release 'Example Wire'" in notice
    assert last_json(first)["released"] == last_json(first)["alerts"] == 12
    assert last_json(second)["released"] == 0
