"""What the running program takes for the time."""

import asyncio
import threading
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from straitwatch import store as db
from straitwatch.app.daemon import build_app
from straitwatch.app.load import load_to_run
from straitwatch.core.model import FeedState

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FEEDS = "feeds: [{name: CNA, url: 'https://feeds.example/cna.xml'}]\n"


async def test_a_long_wait_for_the_store_is_not_taken_for_a_clock_that_was_set_back(
    tmp_path: Path,
) -> None:
    (tmp_path / "straitwatch.yaml").write_text(f"database: sqlite:///{tmp_path}/a.db\n")
    (tmp_path / "feeds.yaml").write_text(FEEDS)
    times, may_go_on = [NOW], threading.Event()
    async with AsyncExitStack() as stack:
        app = await build_app(load_to_run(tmp_path), stack, clock=lambda: times[-1])
        await app.start()
        (feed_id,) = app.runtime.active.feeds
        store = app.runtime.tools.store

        def poll_for_a_minute(tx: db.Transaction) -> None:
            """Do as another replica does that holds the lock meanwhile."""
            assert may_go_on.wait(10)
            times.append(NOW + timedelta(minutes=1))
            due_at = times[-1] + timedelta(minutes=15)
            polled = FeedState(feed_id=feed_id, last_polled_at=times[-1], next_due_at=due_at)
            db.complete_polls(tx, [polled])

        others = asyncio.create_task(store.run(poll_for_a_minute))
        ours = asyncio.create_task(app.housekeeping.tend_outbox())
        await asyncio.sleep(0)
        may_go_on.set()
        await asyncio.gather(others, ours)

        states = await store.run(db.feed_states)
        assert states[feed_id].next_due_at == NOW + timedelta(minutes=16)
