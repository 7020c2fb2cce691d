"""The pages for operators and list writers: feeds, lists, and `why`."""

from collections.abc import AsyncIterator, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiohttp import ClientSession

from builders.configs import WATCHLISTS, write_config
from builders.messages import BOT, make_driver
from builders.store import (
    NOW,
    claimed_feed,
    make_alert,
    make_delivery,
    make_entry,
    make_plan,
    make_planned,
    make_unmatched,
)
from builders.web import get, make_desk, post, served
from straitwatch.config import load_config
from straitwatch.core.model import DeliveryState, Frozen, NoticeFacts
from straitwatch.core.render import EXAMPLES, example_job, render_mail
from straitwatch.pipeline.links import Links
from straitwatch.store import Store, apply_plan, save_config
from straitwatch.web import Desk
from straitwatch.web.feeds import draw_spark
from straitwatch.web.messages import readable


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with a matched entry and one that no list has."""
    folder = tmp_path_factory.mktemp("pages")
    config = load_config(
        write_config(folder, feeds={"Feed <f1>": "https://f1.example/rss"}), environ={}
    )
    store = Store.open(config.database)
    (feed,), title = config.feeds, "Ships cross the Taiwan Strait"
    entries = (
        make_planned("e1", entry=make_entry("e1", title=title)),
        make_unmatched("e2", title="Rain <i>in</i> Keelung", summary="", content=""),
    )
    plan = make_plan(
        claimed_feed(store, id=feed.id, name=feed.name, url=feed.url),
        entries,
        alerts=(make_alert(),),
        deliveries=(make_delivery(),),
        config_version="v1",
    )
    assert store.call(apply_plan, plan)
    yield make_desk(store, config)
    store.close()


@pytest.fixture
async def session(place: Desk) -> AsyncIterator[ClientSession]:
    async with served(place) as opened:
        yield opened


async def test_feeds_are_shown_with_condition_and_new_entries(session: ClientSession) -> None:
    status, page = await get(session, "/feeds")

    assert status == 200
    assert "Feed &lt;f1&gt;" in page
    assert "of 1 feed are current" in page
    assert 'role="img"' in page


def test_spark_has_a_bar_for_each_day_with_entries() -> None:
    spark = draw_spark([0, 1, 1000])

    assert [bar[2] for bar in spark.bars] == [1.0, 20.0]
    assert spark.words == "1,001 new entries in 3 days, 1000 today"


async def test_feed_shows_the_decisions_about_its_entries(
    place: Desk, session: ClientSession
) -> None:
    (feed,) = place.config().feeds

    status, page = await get(session, f"/feeds/{feed.id}")

    assert status == 200
    assert "https://f1.example/rss" in page
    assert "Rain &lt;i&gt;in&lt;/i&gt; Keelung" in page
    assert ">Sent as an alert</span> the first report of this event" in page
    assert 'href="/why?q=e2"' in page


async def test_link_to_all_stories_of_a_digest_opens_the_news(
    place: Desk, session: ClientSession
) -> None:
    job = await Links().add(
        example_job("digest"), place.store, page_url="https://w.example", now=place.clock()
    )

    status, page = await get(session, job.stories_url.removeprefix("https://w.example"))

    assert status == 200
    assert "No story" in page
    assert "From " in page


async def test_message_shows_its_attempts_and_ids(session: ClientSession) -> None:
    status, page = await get(session, "/messages/d1")

    assert status == 200
    assert "Ships cross the strait" in page
    assert ">d1</code>" in page
    assert "None yet." in page


@pytest.mark.parametrize("path", ["/feeds/none", "/messages/none"])
async def test_unknown_feed_or_message_is_not_found(session: ClientSession, path: str) -> None:
    assert (await get(session, path))[0] == 404


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("url", [BOT, "json://127.0.0.1/hook", "terminal://"])
def test_text_of_a_message_is_readable(url: str, name: str) -> None:
    job = example_job(name)

    text = readable(make_driver(url).render(job))

    assert (job.facts.title if isinstance(job.facts, NoticeFacts) else "[Example]") in text


@pytest.mark.parametrize("name", EXAMPLES)
def test_text_of_a_mail_is_readable(name: str) -> None:
    parts = render_mail(example_job(name), zone="UTC", templates={})
    mail = EmailMessage()
    mail.set_content(parts.text)
    mail.add_alternative(parts.html, subtype="html")

    text = readable(Frozen(body=mail.as_bytes(), content_type="message/rfc822"))

    assert text.split() == parts.text.split()


def test_text_of_a_slack_message_has_its_small_print_and_no_buttons() -> None:
    text = readable(make_driver(BOT, app_token="xapp-1").render(example_job("alert")))

    assert "why ujlmq" in text
    assert "Mute" not in text


async def test_why_explains_a_stored_entry_and_the_lists_now(session: ClientSession) -> None:
    _, page = await get(session, "/why", q="https://news.example/e1")

    assert "Ships cross the <mark>Taiwan Strait</mark>" in page
    assert "<strong>Sent as an alert</strong>: the first report of this event." in page
    assert '<span class="gained">fires</span>' in page
    assert "/stories/s1" in page


async def test_why_shows_the_lists_that_changed_since_the_decision(
    place: Desk, session: ClientSession
) -> None:
    earlier = "# --- lists.yaml\n" + WATCHLISTS.replace("Taiwan Strait", "Keelung")
    place.store.call(save_config, "v1", earlier, NOW)

    _, page = await get(session, "/why", q="https://news.example/e1")

    assert "taiwan-policy: then it does not fire (0 of 10 points); today it fires" in page


async def test_why_says_that_an_id_is_unknown(session: ClientSession) -> None:
    status, page = await get(session, "/why", q="zzzzzzzzzzzz")

    assert status == 200
    assert "No story, report or alert zzzzzzzzzzzz." in page


@pytest.mark.parametrize("address", ["http://[::1", "https://exa[mple.org/x"])
async def test_why_says_that_a_malformed_address_was_never_seen(
    session: ClientSession, address: str
) -> None:
    status, page = await get(session, "/why", q=address)

    assert status == 200
    assert "Never seen in a feed" in page


async def test_why_asks_the_lists_about_a_text_that_is_in_no_feed(session: ClientSession) -> None:
    _, page = await get(session, "/why", q="A blockade of the Taiwan Strait <b>")

    assert "Never seen in a feed" in page
    assert "fires" in page
    assert "&lt;b&gt;" in page


async def test_file_of_lists_is_shown_for_editing(session: ClientSession) -> None:
    _, index = await get(session, "/lists")
    _, page = await get(session, "/lists/watchlists/lists.yaml")

    assert 'href="/lists/watchlists/lists.yaml"' in index
    assert "match: [Taiwan Strait]" in page


async def test_changed_list_shows_the_entries_that_it_gains_and_loses(
    place: Desk, session: ClientSession
) -> None:
    text = WATCHLISTS.replace("Taiwan Strait", "Keelung")

    _, page = await post(session, "/lists/watchlists/lists.yaml", text=text)

    assert "Of 2 entries" in page
    assert "1 gained, 1 lost" in page
    assert "Rain &lt;i&gt;in&lt;/i&gt; <mark>Keelung</mark>" in page
    kept = place.config().directory / "watchlists" / "lists.yaml"
    assert kept.read_text(encoding="utf-8") == WATCHLISTS


async def test_changed_list_with_a_mistake_shows_its_place_and_a_hint(
    session: ClientSession,
) -> None:
    text = WATCHLISTS.replace("[Taiwan Strait]", "[(Taiwan]")

    status, page = await post(session, "/lists/watchlists/lists.yaml", text=text)

    assert status == 200
    assert "lists.yaml:4:" in page
    assert "match: [(Taiwan]" in page


@pytest.mark.parametrize(
    "path", ["straitwatch.yaml", "../straitwatch.yaml", "watchlists/none.yaml"]
)
async def test_other_files_cannot_be_read(session: ClientSession, path: str) -> None:
    status, _ = await get(session, "/lists/" + path.replace("..", "%2e%2e"))

    assert status == 404


async def test_message_that_was_delivered_is_shown_behind_many_that_wait(tmp_path: Path) -> None:
    config = load_config(write_config(tmp_path, feeds={}), environ={})
    store = Store.open(config.database)
    waiting = [make_delivery(f"w{number}", recipient=f"{number}@x.org") for number in range(100)]
    sent = make_delivery("d0", receiver="desk-mail", state=DeliveryState.DELIVERED)
    plan = make_plan(claimed_feed(store), deliveries=(sent, *waiting))
    assert store.call(apply_plan, plan)
    async with served(make_desk(store, config)) as session:
        _, page = await get(session, "/messages")
    store.close()

    assert "desk-mail" in page.partition("Delivered last")[2]
