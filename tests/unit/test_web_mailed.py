"""Links in mails: signed, expiring, and without effect until a form is sent."""

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders.beat import BEAT
from builders.configs import write_config
from builders.messages import (
    BOT,
    WEBHOOK,
    make_digest,
    make_driver,
    make_item,
    make_job,
    make_report,
    make_rollup,
)
from builders.messages import make_alert as make_facts
from builders.store import (
    NOW,
    claimed_feed,
    make_alert,
    make_delivery,
    make_plan,
)
from builders.web import get, make_desk, post, served
from straitwatch import store as db
from straitwatch.config import load_config
from straitwatch.core.model import (
    ActionKind,
    AlertFacts,
    AlertKind,
    Facts,
    ManualAction,
    MatchNote,
    Severity,
    StoryLinks,
)
from straitwatch.core.signed_links import ACT_PATH, LINK_KEY, read_link, sign_link
from straitwatch.pipeline import act, address
from straitwatch.store import Store, apply_plan
from straitwatch.store.rows import META
from straitwatch.web import Desk

KEY = "a" * 64
LATER = NOW + timedelta(days=1)
LINKS = StoryLinks(story="https://w.example/stories/s1", act="https://w.example/act/t")
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Desk]:
    """A desk that needs a login, with a story whose alert was mailed to Ana."""
    config = load_config(
        write_config(
            tmp_path,
            feeds={"Feed f1": "https://f1.example/rss"},
            web={"listen": "127.0.0.1:0", "token": "x" * 20},
        ),
        environ={},
    )
    store = Store.open(config.database)
    alert = make_alert()
    assert isinstance(alert.facts, AlertFacts)
    note = MatchNote(
        watchlist="taiwan-policy",
        title="Taiwan policy",
        severity=Severity.HIGH,
        score=18,
        terms=("strait",),
    )
    facts = replace(alert.facts, title=HOSTILE, entry_id="e1", matches=(note,))
    delivery = make_delivery(recipient="ana@example.org")
    plan = make_plan(
        claimed_feed(store), alerts=(replace(alert, facts=facts),), deliveries=(delivery,)
    )
    assert store.call(apply_plan, plan)
    assert store.call(db.secret, LINK_KEY, KEY) == KEY
    yield make_desk(store, config)
    store.close()


def link(delivery: str = "d1", **by: float) -> str:
    return ACT_PATH + sign_link(KEY, delivery, until=NOW + timedelta(**(by or {"days": 1})))


def test_link_names_its_delivery_until_it_expires() -> None:
    token = sign_link(KEY, "d1", until=LATER)

    assert read_link(KEY, token, NOW) == ("d1", "")
    assert read_link(KEY, token, LATER) is None


@pytest.mark.parametrize(
    "token",
    ["", "d1", "..", "d1.99999999999.", sign_link("other", "d1", until=LATER), "d1.x.ü"],
)
def test_link_that_was_not_signed_here_is_refused(token: str) -> None:
    assert read_link(KEY, token, NOW) is None


def test_link_of_another_delivery_is_not_made_from_one() -> None:
    token = sign_link(KEY, "d1", until=LATER)

    assert read_link(KEY, token.replace("d1", "d2"), NOW) is None


def test_secret_of_a_database_stays_the_same(place: Desk) -> None:
    assert place.store.call(db.secret, LINK_KEY, "b" * 64) == KEY


async def test_opened_link_asks_without_a_login_and_changes_nothing(place: Desk) -> None:
    async with served(place) as session:
        status, text = await get(session, link(), do="mute_story")
        async with session.head(link()) as answer:
            assert answer.status == 200

    assert status == 200
    shown = text.partition("<main")[2]
    (button,) = re.findall(r"<button>(.*?)</button>", shown)  # no "Log out"
    assert re.sub("<[^>]+>", "", button) == "Mute until 08 Mar 20:00"
    assert HOSTILE not in text
    assert place.store.call(db.list_actions) == []


async def test_form_acts_once_for_the_recipient_and_can_be_undone(place: Desk) -> None:
    async with served(place) as session:
        for _ in range(2):
            status, text = await post(session, link(), do="mute_story")
        (action,) = place.store.call(db.list_actions)
        _, after = await post(session, link(), undo=action.id)

    assert status == 200
    assert (action.kind, action.author, action.via) == ("mute_story", "ana@example.org", "mail")
    assert "ana@example.org muted the story" in text
    assert "undone by ana@example.org" in after


@pytest.mark.parametrize(
    ("kind", "watchlist"),
    [(ActionKind.NOT_RELEVANT, ""), (ActionKind.SNOOZE_LIST, "taiwan-policy")],
)
async def test_form_marks_and_snoozes(place: Desk, kind: ActionKind, watchlist: str) -> None:
    async with served(place) as session:
        await post(session, link(), do=kind.value, list=watchlist)

    (action,) = place.store.call(db.list_actions)
    assert (action.kind, action.watchlists) == (kind, ("taiwan-policy",))


@pytest.mark.parametrize("named", ["elsewhere", "else"])
async def test_link_undoes_no_action_on_another_story(place: Desk, named: str) -> None:
    other = ManualAction(
        id="elsewhere",
        kind=ActionKind.SNOOZE_LIST,
        made_at=NOW,
        watchlists=("china-russia-military",),
    )
    place.store.call(act, other, beat=BEAT)

    async with served(place) as session:
        status, _ = await post(session, link(), undo=named)

    assert status == 400
    assert len(place.store.call(db.active_silences, NOW)) == 1


async def test_link_snoozes_no_list_that_its_message_does_not_name(place: Desk) -> None:
    async with served(place) as session:
        status, _ = await post(session, link(), do="snooze_list", list="china-russia-military")

    assert status == 400
    assert place.store.call(db.list_actions) == []


async def test_muted_story_can_be_muted_again_after_the_undo(place: Desk) -> None:
    async with served(place) as session:
        for _ in range(2):
            _, page = await get(session, link())
            (key, *_) = re.findall(r'name="key" value="(\w+)"', page)
            await post(session, link(), do="mute_story", key=key)
            latest = place.store.call(db.list_actions)
            undone = next(action for action in latest if not action.undone_at)
            silences = place.store.call(db.active_silences, NOW)
            await post(session, link(), undo=undone.id)
            assert [silence.id for silence in silences] == [undone.id]


async def test_expired_or_foreign_link_is_refused(place: Desk) -> None:
    async with served(place) as session:
        tokens = (link(seconds=-1), link("d9"), f"{ACT_PATH}nothing")
        answers = [await post(session, token, do="mute_story") for token in tokens]

    assert [status for status, _ in answers] == [410, 410, 410]
    assert place.store.call(db.list_actions) == []


async def test_link_is_refused_while_the_database_has_no_key(place: Desk) -> None:
    place.store.call(delete_key)
    forged = hmac.new(b"", b"act d1.99999999999", hashlib.sha256).hexdigest()[:40]

    async with served(place) as session:
        status, _ = await post(session, f"{ACT_PATH}d1.99999999999.{forged}", do="mute_story")

    assert status == 410
    assert place.store.call(db.list_actions) == []


def delete_key(tx: db.Transaction) -> None:
    tx.execute(META.delete().where(META.c.key == LINK_KEY))


async def test_form_of_another_site_is_refused(place: Desk) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    async with (
        served(place) as session,
        session.post(link(), data={"do": "mute_story"}, headers=headers) as answer,
    ):
        assert answer.status == 403

    assert place.store.call(db.list_actions) == []


async def test_action_that_the_message_does_not_offer_is_refused(place: Desk) -> None:
    async with served(place) as session:
        statuses = [(await post(session, link(), do=kind))[0] for kind in ("merge", "launch")]

    assert statuses == [400, 400]


def test_mail_has_a_link_for_each_action_if_readers_can_open_the_pages() -> None:
    driver = make_driver("mailto://127.0.0.1:2525/desk@example.org?from=sw@example.org")
    job = make_job(make_facts(), recipient="desk@example.org", links={"s1": LINKS})

    with_links, without = driver.render(job), driver.render(replace(job, links={}))

    body = with_links.body.replace(b"=\r\n", b"").replace(b"=3D", b"=")
    for kind in ("mute_story", "not_relevant", "snooze_list"):
        assert f"https://w.example/act/t?do={kind}".encode() in body
    assert b"/act/" not in without.body


def test_mail_names_the_story_to_merge_with_in_a_few_clean_words() -> None:
    driver = make_driver("mailto://127.0.0.1:2525/desk@example.org?from=sw@example.org")
    related = make_report(title="\u202eFrigates " + "T" * 400)
    facts = make_facts(related=related, related_id="s2")
    job = make_job(facts, recipient="desk@example.org", links={"s1": LINKS})

    html = driver.render(job).body.replace(b"=\r\n", b"")

    assert b"Merge with: Frigates TTT" in html
    assert b"T" * 80 not in html.partition(b"/act/t?do=3Dmerge")[2]


@pytest.mark.parametrize("url", [WEBHOOK, BOT])
def test_message_without_buttons_has_a_link_to_its_story(url: str) -> None:
    job = make_job(make_facts(), links={"s1": LINKS})

    frozen = make_driver(url).render(job)

    assert b"<https://w.example/stories/s1|Mute, mark or snooze>" in frozen.body


def test_text_of_a_mail_names_the_offered_actions_only() -> None:
    driver = make_driver("mailto://127.0.0.1:2525/desk@example.org?from=sw@example.org")
    related = {"related": make_report(), "related_id": "s2", "kind": AlertKind.UPDATE}
    jobs = [
        make_job(make_facts(**more), recipient="desk@example.org", links={"s1": LINKS})
        for more in ({}, related)
    ]

    few, all_ = (driver.render(job).body.replace(b"=\n", b"") for job in jobs)

    assert b"Mute, mark or snooze: https://w.example/act/t" in few
    assert b"Mute, mark, split, merge or snooze: https://w.example/act/t" in all_


@pytest.mark.parametrize("facts", [make_rollup(), make_digest(items=(make_item(1), make_item(2)))])
def test_each_line_of_a_mail_has_a_link_to_act(facts: Facts) -> None:
    driver = make_driver("mailto://127.0.0.1:2525/desk@example.org?from=sw@example.org")
    links = {
        name: StoryLinks(story="https://w.example/s", act=f"https://w.example/act/{name}")
        for name in ("s1", "s2")
    }

    frozen = driver.render(make_job(facts, recipient="desk@example.org", links=links))

    body = frozen.body.replace(b"=\r\n", b"").replace(b"=3D", b"=")
    assert body.count(b"https://w.example/act/s1") == body.count(b"https://w.example/act/s2") == 2


def test_each_line_of_a_webhook_links_to_its_story() -> None:
    job = make_job(make_rollup(), links={"s1": LINKS})

    frozen = make_driver(WEBHOOK).render(job)

    assert b"<https://w.example/stories/s1|Mute, mark or snooze>" in frozen.body


async def test_link_to_a_line_of_a_digest_acts_on_its_story(place: Desk) -> None:
    items = (make_item(1, list_ids=("taiwan-policy",)), make_item(2))
    alert, deliveries = address(
        "digest",
        AlertKind.DIGEST,
        make_digest(items=items),
        to=["desk-mail"],
        recipients={"desk-mail": ["ana@example.org"]},
        now=NOW,
    )
    place.store.call(db.add_alert, alert, deliveries)
    tokens = [
        sign_link(KEY, deliveries[0].id, story_id=story, until=LATER) for story in ("s1", "s9")
    ]

    async with served(place) as session:
        answers = [await post(session, ACT_PATH + token, do="mute_story") for token in tokens]

    (action,) = place.store.call(db.list_actions)
    assert [status for status, _ in answers] == [200, 410]
    assert (action.story_id, action.author) == ("s1", "ana@example.org")
