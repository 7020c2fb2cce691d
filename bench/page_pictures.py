"""Draws the pages of a database as pictures, on a desktop and on a phone, light and dark.

    straitwatch demo --output /tmp/demo
    python bench/page_pictures.py --config /tmp/demo/config --into /tmp/pictures

It needs Debian's chromium on the PATH.
"""

import argparse
import asyncio
import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.async_api import async_playwright

from straitwatch.app.activate import activate
from straitwatch.app.load import load
from straitwatch.app.status import Status, read_status
from straitwatch.clock import utc_now
from straitwatch.store import Store, search_stories
from straitwatch.store.news import StoryQuery
from straitwatch.telemetry import Metrics
from straitwatch.web import Desk, Watch, bind, build_web, serve_web

WIDTHS = (1000, 390)
PAGES = {
    "stories": "/?span=1d",
    "messages": "/messages",
    "feeds": "/feeds",
    "silences": "/silences",
    "lists": "/lists",
    "list": "/lists/watchlists/taiwan-policy.yaml",
    "why": "/why?q=Fleet+crosses+the+Taiwan+Strait",
    "status": "/status",
    "login": "/login",
}


def open_desk(config_dir: Path) -> Desk:
    config = load(config_dir)
    store = Store.open(config.database, migrate=False)
    zone = ZoneInfo(config.timezone)
    rules = activate(config).rules

    async def status() -> Status:
        with store.reading() as tx:
            return read_status(tx, config, utc_now(), zone=zone)

    watch = Watch(status=status, faults=tuple, metrics=Metrics())
    return Desk(store=store, config=lambda: config, rules=lambda: rules, clock=utc_now, watch=watch)


def largest_story(desk: Desk) -> str:
    """Return the id of the story with the most outlets."""
    with desk.store.reading() as tx:
        first = StoryQuery(since_at=utc_now().replace(year=2000), limit=500)
        found = search_stories(tx, first)
    return max(found, key=lambda story: len(story.outlets)).id


async def draw(desk: Desk, into: Path) -> None:
    listener = bind("127.0.0.1:0")
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    serving = asyncio.create_task(serve_web(build_web(desk), listener))
    pages = PAGES | {"story": f"/stories/{largest_story(desk)}"}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for width in WIDTHS:
            for theme in ("light", "dark"):
                page = await browser.new_page(
                    viewport={"width": width, "height": 1000},
                    color_scheme=theme,
                    device_scale_factor=2,
                )
                for name, path in pages.items():
                    await page.goto(address + path)
                    await page.screenshot(path=into / f"page-{name}-{width}-{theme}.png")
                await page.close()
        await browser.close()
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--into", type=Path, required=True)
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    desk = open_desk(options.config)
    asyncio.run(draw(desk, options.into))
    desk.store.close()


if __name__ == "__main__":
    main()
