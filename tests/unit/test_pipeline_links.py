"""Links that are added to messages before they are sent."""

from pathlib import Path

from builders.messages import AT, make_alert, make_job
from straitwatch.core.signed_links import ACT_PATH, LINK_KEY, read_link
from straitwatch.pipeline.links import Links
from straitwatch.store import Store, get_meta, set_meta

SITE = "https://w.example"


async def test_link_is_signed_with_the_key_of_the_database_which_is_read_once(
    tmp_path: Path,
) -> None:
    store, links = Store.open(f"sqlite:///{tmp_path / 'straitwatch.db'}"), Links()
    jobs = [await links.add(make_job(make_alert()), store, page_url=SITE, now=AT)]
    key = store.call(get_meta, LINK_KEY)
    store.call(set_meta, LINK_KEY, "another")
    jobs.append(await links.add(make_job(make_alert()), store, page_url=SITE, now=AT))
    store.close()

    for job in jobs:
        made = job.links["s1"]
        assert made.story == f"{SITE}/stories/s1"
        assert key
        assert read_link(key, made.act.removeprefix(SITE + ACT_PATH), AT) == ("d1", "")


async def test_message_has_no_links_without_pages(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'straitwatch.db'}")

    job = await Links().add(make_job(make_alert()), store, page_url="", now=AT)
    key = store.call(get_meta, LINK_KEY)
    store.close()

    assert (job.links, key) == ({}, None)
