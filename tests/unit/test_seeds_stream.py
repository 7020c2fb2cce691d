"""The seeds keep the promises of seeds/README.md."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
import yaml

SEEDS = Path(__file__).parents[2] / "seeds"
LISTS = {"taiwan-policy", "china-russia-military"}
ITEM = {"feed", "at", "guid", "url", "title", "summary", "language", "story", "lists"}


def _lines(name: str) -> list[dict[str, Any]]:
    text = (SEEDS / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
def items() -> list[dict[str, Any]]:
    return _lines("stream.jsonl")


@pytest.fixture(scope="module")
def stories() -> dict[str, dict[str, Any]]:
    return {story["id"]: story for story in _lines("stories.jsonl")}


@pytest.fixture(scope="module")
def feeds() -> dict[str, dict[str, Any]]:
    loaded = yaml.safe_load((SEEDS / "feeds.yaml").read_text(encoding="utf-8"))
    return {feed["name"]: feed for feed in loaded["feeds"]}


def test_every_item_has_every_field_filled(items: list[dict[str, Any]]) -> None:
    assert all(set(item) == ITEM for item in items)
    assert all(item["title"].strip() and item["summary"].strip() for item in items)


def test_items_come_in_order_of_time(items: list[dict[str, Any]]) -> None:
    times = [item["at"] for item in items]

    assert times == sorted(times)
    assert times[0] > 0, "an item at 0 would belong to the first fetch"


def test_guids_and_addresses_of_a_feed_are_unique(items: list[dict[str, Any]]) -> None:
    for field in ("guid", "url"):
        assert max(Counter((item["feed"], item[field]) for item in items).values()) == 1


def test_items_have_different_texts(items: list[dict[str, Any]]) -> None:
    assert max(Counter(item["title"] for item in items).values()) == 1


def test_each_item_belongs_to_a_feed_of_its_language(
    items: list[dict[str, Any]], feeds: dict[str, dict[str, Any]]
) -> None:
    assert all(feeds[item["feed"]]["language"] == item["language"] for item in items)


def test_each_feed_has_something_to_say(
    items: list[dict[str, Any]], feeds: dict[str, dict[str, Any]]
) -> None:
    assert {item["feed"] for item in items} == set(feeds)


def test_addresses_lead_nowhere(
    items: list[dict[str, Any]], feeds: dict[str, dict[str, Any]]
) -> None:
    hosts = {urlsplit(one["url"]).hostname or "" for one in (*items, *feeds.values())}

    assert all(host.endswith(".example") for host in hosts)


def test_labels_name_stories_and_lists_that_exist(
    items: list[dict[str, Any]], stories: dict[str, dict[str, Any]]
) -> None:
    assert {item["story"] for item in items} == {None, *stories}
    assert all(set(item["lists"]) <= LISTS for item in items)
    assert not any(item["lists"] for item in items if item["story"] is None)


def test_items_of_a_story_match_at_least_its_lists(
    items: list[dict[str, Any]], stories: dict[str, dict[str, Any]]
) -> None:
    for item in items:
        if item["story"]:
            assert set(item["lists"]) >= set(stories[item["story"]]["lists"]), item["title"]


def test_first_item_of_a_story_comes_from_the_feed_that_is_named(
    items: list[dict[str, Any]], stories: dict[str, dict[str, Any]]
) -> None:
    first = {item["story"]: item["feed"] for item in reversed(items) if item["story"]}

    assert first == {story["id"]: story["first_feed"] for story in stories.values()}


def test_round_up_retells_stories_that_exist(stories: dict[str, dict[str, Any]]) -> None:
    retold = stories["three-reports"]["retells"]

    assert set(retold) == set(stories) - {"three-reports"}


def test_each_listed_story_is_in_both_chinese_scripts_and_russian(
    items: list[dict[str, Any]], stories: dict[str, dict[str, Any]]
) -> None:
    for story in stories.values():
        if story["lists"]:
            languages = {item["language"] for item in items if item["story"] == story["id"]}
            assert languages >= {"en", "zh-Hant", "zh-Hans", "ru"}, story["id"]


def test_readme_counts_right(
    items: list[dict[str, Any]],
    stories: dict[str, dict[str, Any]],
    feeds: dict[str, dict[str, Any]],
) -> None:
    readme = " ".join((SEEDS / "README.md").read_text(encoding="utf-8").split())
    count = Counter(item["story"] for item in items)
    languages = Counter(feed["language"] for feed in feeds.values())

    claims = (
        (
            f"{len(feeds)} demonstration outlets: {languages['en']} English, "
            f"{languages['zh-Hant']} Traditional Chinese, {languages['zh-Hans']} Simplified Chinese, "
            f"{languages['ru']} Russian, {languages['ja']} Japanese"
        ),
        f"{len(items)} items in order of time",
        f"{len(stories)} labelled stories",
        f"{len(items) - count[None]} items belong to the four stories",
        (
            f"{count['us-statement']} are about the statement on Taiwan, {count['airborne-deal']} about "
            f"the airborne equipment, {count['climate-target']} about the climate target"
        ),
        f"{count['three-reports']} retell all three",
        f"{count[None]} items are unrelated or misleading",
    )
    for claim in claims:
        assert claim in readme


def test_every_file_is_in_the_readme() -> None:
    named = set(
        re.findall(r"^\| `([\w.-]+\.\w+)`", (SEEDS / "README.md").read_text("utf-8"), re.MULTILINE)
    )

    assert named == {path.name for path in SEEDS.iterdir()} - {"README.md"}


def test_catalogue_for_feed_readers_is_that_of_the_configuration() -> None:
    configured = yaml.safe_load((SEEDS.parent / "config/feeds.yaml").read_text(encoding="utf-8"))

    listed = [outline.get("xmlUrl") for outline in ET.parse(SEEDS / "feeds.opml").iter("outline")]

    assert listed == [feed["url"] for feed in configured["feeds"]]
