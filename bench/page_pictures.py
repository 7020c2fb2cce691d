"""Draws every page of the invented desk of `picture_desk`; `pictures` is the command."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from browser import WIDTHS, open_page, take
from picture_desk import BEGIN, MANY, open_picture_desk
from playwright.async_api import Browser, Page

from builders.app import Desk as Daemon
from builders.configs import write_config
from straitwatch import store as db
from straitwatch.app.activate import activate
from straitwatch.app.status import Status, read_status
from straitwatch.config import Config, load_config
from straitwatch.core.liveness import Fault
from straitwatch.core.model import DeliveryState, WebAccess
from straitwatch.core.signed_links import ACT_PATH, LINK_KEY, sign_link
from straitwatch.errors import StoreUnavailable
from straitwatch.store import Store, StoryQuery, Transaction
from straitwatch.telemetry import Metrics
from straitwatch.web import Desk, Watch, bind, build_web, serve_web

LIST = "/lists/watchlists/taiwan-policy.yaml"
EMPTY = ("/", "/messages", "/feeds", "/silences", "/why")


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A page to draw."""

    path: str
    desk: Desk
    edit: Mapping[str, str] = field(default_factory=dict)  # of a list that is tried then
    opens: bool = False  # opens every "Why"


async def draw_pages(browser: Browser, into: Path, only: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_picture_desk(Path(folder)) as daemon:
            for name, shot in _shots(daemon, Path(folder)):
                if name.startswith(only):
                    async with _served(shot.desk) as address:
                        await _draw(browser, address, shot, into / name)


async def _draw(browser: Browser, address: str, shot: Shot, target: Path) -> None:
    for width in WIDTHS:
        page = await open_page(browser, width)
        await page.goto(address + shot.path)
        await _prepare(page, shot)
        await take(page, target.with_name(f"{target.name}-{width}"))
        await page.close()


async def _prepare(page: Page, shot: Shot) -> None:
    for old, new in shot.edit.items():
        text = page.locator("textarea")
        await text.fill((await text.input_value()).replace(old, new))
    if shot.edit:
        await page.locator("button.main").click()
        await page.wait_for_load_state()
    if shot.opens:
        await page.evaluate("for (const it of document.querySelectorAll('details')) it.open = true")


def _shots(daemon: Daemon, folder: Path) -> Iterator[tuple[str, Shot]]:
    desk = _desk(daemon.runtime.tools.store, daemon.runtime.active.config, daemon)
    with desk.store.reading() as tx:
        paths = _paths(tx)
    for name, path in paths.items():
        yield f"page-{name}", Shot(path=path, desk=desk, opens=name == "story-opened")
    yield "page-list-after", Shot(path=LIST, desk=desk, edit={"threshold: 10": "threshold: 16"})
    yield "page-list-error", Shot(path=LIST, desk=desk, edit={"$taiwan_question": "($taiwan_q"})
    closed = replace(desk.config(), web_access=WebAccess(token="x" * 20))
    behind_login = _desk(desk.store, closed, daemon)
    yield "page-login", Shot(path="/login", desk=behind_login)
    yield "page-mailed", Shot(path=_mail_link(desk), desk=behind_login)
    fault = Fault(text="no feed was polled for 20 minutes", hint="see the log of the daemon")
    unready = replace(desk, watch=replace(desk.watch, faults=lambda: (fault,)))
    yield "page-not-ready", Shot(path="/status", desk=unready)
    yield "page-no-database", Shot(path="/", desk=replace(desk, store=_NoDatabase()))
    with _empty(folder / "empty") as empty:
        for path in EMPTY:
            yield f"page-empty-{path.strip('/') or 'stories'}", Shot(path=path, desk=empty)


def _paths(tx: Transaction) -> dict[str, str]:
    found = db.search_stories(tx, StoryQuery(since_at=BEGIN - timedelta(days=1), limit=99))
    by_size = sorted(found, key=lambda story: len(db.story_entries(tx, story.id, limit=MANY)))
    entry = db.story_entries(tx, by_size[-2].id, limit=1)[0]
    message = db.list_deliveries(tx, states=[DeliveryState.PENDING], limit=1)[0].delivery.id
    return {
        "stories": "/?span=1d",
        "stories-week": "/?span=7d",
        "search": "/?span=1d&q=airborne&severity=high&list=china-russia-military",
        "search-nothing": "/?span=1d&q=nothing+like+this",
        "story": f"/stories/{by_size[-2].id}",
        "story-opened": f"/stories/{by_size[-2].id}",
        "story-200": f"/stories/{by_size[-1].id}",
        "why": f"/why?q={entry.entry.id}",
        "why-text": "/why?q=Fleet+crosses+the+Taiwan+Strait",
        "why-address": "/why?q=https://wire.example/never",
        "why-unknown": "/why?q=zzzzzzzzzz",
        "messages": "/messages",
        "message": f"/messages/{message}",
        "feeds": "/feeds",
        "feed": f"/feeds/{entry.feed_id}",
        "silences": "/silences",
        "lists": "/lists",
        "list": LIST,
        "status": "/status",
        "not-found": "/nothing",
    }


def _desk(store: Store, config: Config, daemon: Daemon) -> Desk:
    rules, clock = daemon.runtime.active.rules, daemon.clock

    async def status() -> Status:
        with store.reading() as tx:
            return read_status(tx, config, clock(), zone=ZoneInfo(config.timezone))

    watch = Watch(status=status, faults=tuple, metrics=Metrics())
    return Desk(store=store, config=lambda: config, rules=lambda: rules, clock=clock, watch=watch)


def _mail_link(desk: Desk) -> str:
    with desk.store.reading() as tx:
        (sent, *_) = (
            record.delivery
            for record in db.list_alerts(tx, limit=99)
            if record.delivery.receiver == "desk-mail"
        )
    key = desk.store.call(db.secret, LINK_KEY, "a" * 64)
    return ACT_PATH + sign_link(key, sent.id, until=desk.clock() + timedelta(days=1))


class _NoDatabase(Store):
    def __init__(self) -> None:
        pass

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        raise StoreUnavailable("disk I/O error: straitwatch.db")
        yield


@contextmanager
def _empty(folder: Path) -> Iterator[Desk]:
    config = load_config(write_config(folder, feeds={}), environ={})
    store, rules = Store.open(config.database), activate(config).rules

    async def status() -> Status:
        with store.reading() as tx:
            return read_status(tx, config, BEGIN, zone=ZoneInfo(config.timezone))

    watch = Watch(status=status, faults=tuple, metrics=Metrics())
    yield Desk(
        store=store, config=lambda: config, rules=lambda: rules, clock=lambda: BEGIN, watch=watch
    )
    store.close()


@asynccontextmanager
async def _served(desk: Desk) -> AsyncIterator[str]:
    listener = bind("127.0.0.1:0")
    serving = asyncio.create_task(serve_web(build_web(desk), listener))
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
