"""The pages in a real browser: read a story, act on it and undo, try a list, retry a message."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from builders.configs import WATCHLISTS, write_config
from builders.store import (
    claimed_feed,
    make_alert,
    make_counts,
    make_delivery,
    make_entry,
    make_fold,
    make_plan,
    make_planned,
    make_story,
)
from builders.web import make_desk, served
from straitwatch.app.status import Status
from straitwatch.config import load_config
from straitwatch.core.model import DeliveryState, Relation
from straitwatch.core.receivers import ReceiverStatus
from straitwatch.store import Store, apply_plan, show_delivery
from straitwatch.web import Desk

expect.set_options(timeout=20_000)  # milliseconds; a busy machine may need them
PHONE = {"width": 390, "height": 800}
# The controls without a name for a screen reader.
NAMELESS = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
  .filter((it) => it.type !== "hidden" && !it.hidden)
  .filter((it) => !(it.innerText || it.ariaLabel || it.textContent.trim() || it.labels?.length))
  .map((it) => it.outerHTML)"""


BROKEN = ReceiverStatus(
    name="desk-slack",
    state="broken since 01 Mar 20:00 CST: Slack: no_service: the webhook was deleted",
    is_broken=True,
    can_resume=True,
    hint="create a new one under https://api.slack.com/apps > Incoming Webhooks",
)


async def _status() -> Status:
    return Status(
        counts=make_counts(), zone=ZoneInfo("UTC"), receivers=(BROKEN,), encoder="off", remarks=()
    )


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Desk]:
    """A desk with a story of two reports and a dead letter."""
    written = write_config(tmp_path, feeds={"Feed f1": "https://f1.example/rss"})
    config = load_config(written, environ={})
    store = Store.open(config.database)
    second = make_planned(
        "e2",
        entry=make_entry("e2", title="Rain in Keelung", summary="", content=""),
        fold=make_fold(relation=Relation.SAME_EVENT),
    )
    dead = make_delivery("d2", receiver="desk-mail", state=DeliveryState.DEAD)
    plan = make_plan(
        claimed_feed(store),
        (make_planned("e1"), second),
        stories=(make_story(),),
        alerts=(make_alert(),),
        deliveries=(make_delivery(), dead),
    )
    assert store.call(apply_plan, plan)
    yield make_desk(store, config, status=_status)
    store.close()


@asynccontextmanager
async def opened(desk: Desk) -> AsyncIterator[Page]:
    """Open the first page in Chromium; a problem in its console fails the test."""
    chromium = shutil.which("chromium")
    assert chromium, "needs Chromium: apt-get install chromium"
    async with served(desk) as session, async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        page = await browser.new_page(viewport=PHONE)
        problems: list[str] = []
        page.on("console", lambda line: problems.append(line.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        await page.goto(str(session._build_url("/")))
        yield page
        await browser.close()
        assert problems == []


async def test_browser_acts_on_a_story_undoes_it_tries_a_list_and_retries_a_message(
    place: Desk,
) -> None:
    async with opened(place) as page:
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        await page.get_by_role("link", name="Ships cross the strait").click()
        assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

        await page.get_by_role("button", name="Mute until").click()
        await expect(page.get_by_text("a reader of the page muted the story until")).to_be_visible()

        rain = page.get_by_role("listitem").filter(has_text="Rain in Keelung").first
        await rain.get_by_role("button", name="Wrong story").click()
        await expect(
            page.get_by_text("a reader of the page moved 1 report to story")
        ).to_be_visible()
        await expect(page.get_by_role("link", name="Rain in Keelung")).to_have_count(0)

        moved = page.get_by_role("listitem").filter(has_text="moved 1 report")
        await moved.get_by_role("button", name="Undo").click()
        await expect(page.get_by_text("undone, ")).to_be_visible()
        await expect(page.get_by_role("link", name="Rain in Keelung")).to_have_count(1)

        await page.get_by_role("link", name="Lists", exact=True).click()
        await page.get_by_role("link", name="watchlists/lists.yaml").click()
        text = WATCHLISTS.replace("Taiwan Strait", "Keelung")
        await page.get_by_label("Text of the file").fill(text)
        await page.get_by_role("button", name="Try it on stored entries").click()
        await expect(page.get_by_role("status").first).to_contain_text("1 gained, 0 lost")

        await page.get_by_role("link", name="Messages").click()
        await page.get_by_role("button", name="to desk-mail").click()
        await expect(page.get_by_text("None: no message was given up.")).to_be_visible()

    found = place.store.call(show_delivery, "d2")
    assert found
    assert found.delivery.state is DeliveryState.PENDING


async def test_keyboard_alone_opens_mutes_and_undoes(place: Desk) -> None:
    async with opened(place) as page:
        await press_until(page, page.get_by_role("link", name="Ships cross the strait"))
        await press_until(page, page.get_by_role("button", name="Mute until"))
        await press_until(page, page.get_by_role("button", name="Undo"))
        await expect(page.get_by_text("undone,")).to_be_visible()

        await press_until(page, page.get_by_text("Why Ships cross the strait").first)
        await expect(page.get_by_text("In this story because")).to_have_count(2)


async def press_until(page: Page, wanted: Locator) -> None:
    """Move the focus with Tab until it reaches an element, which must be visible; press Enter."""
    await wanted.first.wait_for()
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await wanted.first.evaluate("it => it.contains(document.activeElement)"):
            outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid"
            await page.keyboard.press("Enter")
            return
    pytest.fail(f"Tab does not reach {wanted}")


async def test_every_page_has_one_heading_landmarks_and_named_controls(place: Desk) -> None:
    paths = ("/", "/stories/s1", "/messages", "/messages/d2", "/feeds", "/why", "/lists")
    async with opened(place) as page:
        for path in (*paths, "/silences", "/status", "/lists/watchlists/lists.yaml"):
            await page.goto(urljoin(page.url, path))
            assert await page.locator("h1").count() == 1, path
            for role in ("banner", "navigation", "main", "contentinfo"):
                assert await page.get_by_role(role).count() >= 1, (path, role)
            assert await page.evaluate(NAMELESS) == [], path
            assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_open_page_offers_a_new_story_and_shows_it_on_request(place: Desk) -> None:
    async with opened(place) as page:
        later = make_story("s2", title="A fleet leaves the harbor")
        plan = make_plan(
            claimed_feed(place.store, id="f2"),
            (make_planned("e3", fold=make_fold("s2")),),
            stories=(later,),
            alerts=(),
            deliveries=(),
        )
        assert place.store.call(apply_plan, plan)

        offer = page.get_by_role("status").get_by_role("button", name="1 new story – show")
        await expect(offer).to_be_visible()
        await expect(page.get_by_role("link", name="A fleet leaves the harbor")).to_have_count(0)
        await offer.click()
        await expect(page.get_by_role("link", name="A fleet leaves the harbor")).to_be_visible()


async def test_hidden_page_holds_no_connection_until_it_is_shown_again(place: Desk) -> None:
    become = """hidden => {
        Object.defineProperty(document, "hidden", {get: () => hidden, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    async with opened(place) as page:
        async with page.expect_event("requestfailed", lambda request: "/events" in request.url):
            await page.evaluate(become, True)
        async with page.expect_request("**/events?*"):
            await page.evaluate(become, False)


async def test_text_is_copied_over_plain_http_too(place: Desk) -> None:
    async with opened(place) as page:
        await page.goto(urljoin(page.url, "/lists/watchlists/lists.yaml"))
        await page.evaluate(
            """() => {
                Object.defineProperty(navigator, "clipboard", {value: undefined});
                document.addEventListener("copy", (event) => { window.copied = event.target.value; });
            }"""
        )
        await page.get_by_role("button", name="Copy the text").click()

        await expect(page.get_by_role("button", name="Copied")).to_be_focused()
        assert await page.evaluate("window.copied") == WATCHLISTS
