"""Builds the invented desk that the pictures of the pages show.

The daemon, its store and its drivers are those of the program, on loopback servers; only the clock
is set. It reads the stream in `seeds/` over twenty hours. A webhook is revoked, a mail server
refuses the password, a feed fails, and people act on the stories.
"""

import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from shutil import copytree
from typing import Any
from xml.sax.saxutils import escape

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from builders.app import HOOK, Clock, Desk
from builders.configs import write_config
from servers import slack as slack_server
from servers.feeds import FeedServer, Page
from servers.slack import SlackServer
from servers.smtp import SmtpServer
from straitwatch import store as db
from straitwatch.app.daemon import build_app
from straitwatch.app.load import load_to_run
from straitwatch.core.identity import action_id
from straitwatch.core.model import ActionKind, ActionVia, ManualAction
from straitwatch.demo import Stream, read_stream
from straitwatch.pipeline import act, undo

ROOT = Path(__file__).parents[1]
BEGIN = datetime(2026, 3, 1, 22, 0, tzinfo=UTC)  # 06:00 in Taipei
STEP = timedelta(minutes=30)  # between two polls of everything
REVOKED = 12  # hours after which the webhook is deleted
FAILING = "Demo Erbil Broadcaster"
MANY = 200  # reports of the largest story
SETTINGS: dict[str, Any] = {
    "languages": ["en", "zh"],
    "stories": {"update_wait": "5m"},
    "web": {"listen": "127.0.0.1:0", "page_url": "http://127.0.0.1:8650"},
    "digests": [{"name": "morning", "at": "07:30", "send": ["desk-mail"]}],
}


@asynccontextmanager
async def open_picture_desk(folder: Path) -> AsyncIterator[Desk]:
    """Build the desk at the end of its twenty hours."""
    stream = read_stream(ROOT / "seeds")
    async with AsyncExitStack() as stack:
        feeds = await stack.enter_async_context(FeedServer())
        slack = await stack.enter_async_context(SlackServer())
        mail = stack.enter_context(SmtpServer())
        refusing = stack.enter_context(
            SmtpServer({"auth": "535 5.7.8 authentication failed"}, extensions=("AUTH PLAIN",))
        )
        chen = f"mailto://chen:wrong@127.0.0.1:{refusing.port}?from=w@example.org&to=c@example.org"
        receivers = {
            "desk-slack": {"url": HOOK, "base_url": slack.url},
            "desk-mail": {"url": f"{mail.url}?from=w@example.org&to=desk@example.org"},
            "chen-mail": {"url": chen},
        }
        config = _write_config(folder, stream, feeds, receivers)
        clock = Clock(now=BEGIN)
        app = await build_app(load_to_run(config), stack, clock=clock)
        desk = Desk(app, feeds, slack, config, clock)
        await app.start()
        await _pass_the_day(desk, stream)
        _act(desk)
        for change in (_multiply, _give_up_one, _decide_with_other_lists):
            change(folder / "straitwatch.db")
        yield desk


def _write_config(
    folder: Path, stream: Stream, feeds: FeedServer, receivers: dict[str, Any]
) -> Path:
    addresses = {feed["name"]: feeds.url(f"/{at}") for at, feed in enumerate(stream.feeds)}
    config = write_config(folder, feeds=addresses, receivers=receivers, **SETTINGS)
    (config / "watchlists" / "lists.yaml").unlink()
    for part in ("terms", "watchlists", "beat"):
        copytree(ROOT / "config" / part, config / part, dirs_exist_ok=True)
    return config


async def _pass_the_day(desk: Desk, stream: Stream) -> None:
    _publish(desk, stream, BEGIN - STEP)
    await desk.poll()
    end = BEGIN + timedelta(seconds=stream.seconds) + 2 * STEP
    while desk.clock.now < end:
        desk.clock.now += STEP
        if desk.clock.now == BEGIN + timedelta(hours=REVOKED):
            desk.slack.before_post = lambda _: desk.slack.script(
                slack_server.error(404, "no_service")
            )
        _publish(desk, stream, desk.clock.now)
        await desk.poll()
        for _ in range(3):
            desk.clock.now += timedelta(minutes=2)
            await desk.app.senders.run_all()
            await desk.app.housekeeping.tend_outbox()
        desk.clock.now -= timedelta(minutes=6)
        await desk.app.health.watch()


def _publish(desk: Desk, stream: Stream, now: datetime) -> None:
    for number, feed in enumerate(stream.feeds):
        items = [item for item in stream.items if item["feed"] == feed["name"]]
        body = "".join(_item(item) for item in items if _at(item) <= now)
        calm = "<item><guid>calm</guid><title>A calm day at the harbor</title></item>"
        document = f'<rss version="2.0"><channel><title>x</title>{body or calm}</channel></rss>'
        is_failing = feed["name"] == FAILING and now > BEGIN + timedelta(hours=8)
        desk.feeds.answer(f"/{number}", Page(document.encode(), status=503 if is_failing else 200))


def _at(item: Any) -> datetime:
    return BEGIN + timedelta(seconds=float(item["at"]))


def _item(item: Any) -> str:
    return (
        f"<item><guid>{escape(item['guid'])}</guid><title>{escape(item['title'])}</title>"
        f"<link>{escape(item['url'])}</link><pubDate>{format_datetime(_at(item))}</pubDate>"
        f"<description>{escape(item.get('summary') or '')}</description></item>"
    )


def _act(desk: Desk) -> None:
    """Mute the latest story, undo an action and snooze a list, as people do."""
    with desk.runtime.tools.store.reading() as tx:
        since = BEGIN - timedelta(days=1)
        story = db.search_stories(tx, db.StoryQuery(since_at=since, limit=9))[0]
    beat, now = desk.runtime.active.rules.beat, desk.clock.now
    actions = [
        _action(ActionKind.MUTE_STORY, now, story_id=story.id, author="Ana"),
        _action(ActionKind.NOT_RELEVANT, now, story_id=story.id, author="Chen"),
        _action(
            ActionKind.SNOOZE_LIST,
            now,
            watchlists=story.watchlists[:1],
            until_at=now + timedelta(hours=4),
            author="Chen",
            note="the drill was announced",
        ),
    ]
    for action in actions:
        desk.call(act, action, beat=beat)
    desk.call(undo, actions[1].id, author="Ana", now=now, beat=beat)


def _action(kind: ActionKind, now: datetime, **values: Any) -> ManualAction:
    return ManualAction(
        id=action_id("pictures", kind), kind=kind, made_at=now, via=ActionVia.PAGE, **values
    )


def _give_up_one(path: Path) -> None:
    """End the first message to the broken mail server as a dead letter."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "UPDATE delivery SET state = 'dead', reason = 'gave_up' WHERE seq = "
            "(SELECT min(seq) FROM delivery WHERE receiver = 'chen-mail' AND state = 'pending')"
        )


def _decide_with_other_lists(path: Path) -> None:
    """Store the decisions as those of an earlier configuration, with another list."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "INSERT INTO config (version, text, saved_at) SELECT 'earlier', "
            "replace(text, 'id: taiwan-policy', 'id: taiwan-before'), saved_at FROM config LIMIT 1"
        )
        database.execute("UPDATE entry SET config_version = 'earlier'")


def _multiply(path: Path) -> None:
    """Copy a report of the story with the most, until it has many."""
    with closing(sqlite3.connect(path)) as database, database:
        (story, entry, has) = database.execute(
            "SELECT story_id, max(entry_id), count(*) AS n FROM report GROUP BY 1 ORDER BY n DESC"
        ).fetchone()
        for number in range(MANY - has):
            for table, key in (("entry", "id"), ("report", "entry_id"), ("match", "entry_id")):
                _copy(database, table, key=key, of=entry, name=f"copy{number:03}")
        database.execute("UPDATE report SET story_id = ? WHERE entry_id LIKE 'copy%'", [story])
        for table, column, key in (
            ("entry", "seen_at", "id"),
            ("report", "reported_at", "entry_id"),
        ):
            later = (
                f"strftime('%Y-%m-%d %H:%M:%f000', {column}, (substr({key}, 5) * 4) || ' minutes')"
            )
            database.execute(f"UPDATE {table} SET {column} = {later} WHERE {key} LIKE 'copy%'")


def _copy(database: sqlite3.Connection, table: str, *, key: str, of: str, name: str) -> None:
    found = database.execute(f"PRAGMA table_info({table})")
    columns = [row[1] for row in found if row[1] != "seq"]
    unique = {key: "?1", "guid": "?1", "canonical_key": "randomblob(16)"}
    values = [unique.get(column, column) for column in columns]
    database.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) "
        f"SELECT {', '.join(values)} FROM {table} WHERE {key} = ?2",
        [name, of],
    )
