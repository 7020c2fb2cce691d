"""The real program beside servers that accept connections and never answer."""

from pathlib import Path

from e2e.world import HEADLINE, STORY, add_feed, slack_text, world
from harness import Daemon, eventually
from servers.feeds import FeedServer, Raw

POLLING = {
    "interval": "1s",
    "min_interval": "1s",
    "allow_private_addresses": True,
    "concurrency": 3,
}


async def test_hanging_host_with_many_feeds_delays_no_alert_of_another(tmp_path: Path) -> None:
    async with world(tmp_path, polling=POLLING) as it, FeedServer() as stuck:
        for number in range(20):
            add_feed(it.config, f"Stuck {number}", stuck.answer(f"/{number}", Raw(hangs=True)))
        async with Daemon(it.config):
            await it.polled()
            it.publish(STORY)
            await eventually(lambda: bool(it.slack.messages))

    assert HEADLINE in slack_text(it.slack.messages[0])
    assert len(stuck.requests) >= 2
