"""Origins: an explicit attribution counts, all other reporting is the outlet's own."""

import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import make_entry, make_feed
from builders.beat import BEAT
from straitwatch.core import attribution
from straitwatch.core.model import UNNAMED_MEDIA
from straitwatch.core.origin import find_attributions, outlets_of
from straitwatch.core.story import choose_origin

SOURCES = BEAT.outlets.sources


def origin_of(title: str = "Ships cross the strait", outlet: str = "Example Wire", **more) -> str:
    return find_attributions(make_entry(title, **more), outlet, BEAT.outlets)[0].name


CASES = Path(__file__).parent / "attribution_cases"


def read_cases() -> Iterator[tuple[str, str]]:
    for file in sorted(CASES.glob("*.txt")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                origin, _, title = line.partition(" | ")
                yield {"-": "Example Wire", "*": UNNAMED_MEDIA}.get(origin, origin), title


@pytest.mark.parametrize(("origin", "title"), list(read_cases()))
def test_headline_has_the_origin_of_its_case(origin: str, title: str) -> None:
    assert origin_of(title) == origin


def test_every_language_group_has_a_file_of_cases() -> None:
    languages = {module.name for module in pkgutil.iter_modules(attribution.__path__)}

    assert {file.stem for file in CASES.glob("*.txt")} == languages


@pytest.mark.parametrize(
    "summary",
    [
        "TAIPEI (AP) - Four ships crossed before dawn.",
        "Four ships crossed before dawn. (AP)",
        "（美聯社台北二十三日電）四艘船隻清晨通過。",
    ],
)
def test_agencys_tag_names_the_origin(summary: str) -> None:
    assert origin_of(summary=summary) == "AP"


def test_byline_names_the_origin() -> None:
    assert origin_of(authors=("Reuters staff",)) == "Reuters"


@pytest.mark.parametrize("byline", ["Jane Roe, Reuters", "Jane Roe (Reuters)", "By Reuters"])
def test_agency_in_a_byline_is_separated(byline: str) -> None:
    assert origin_of(authors=(byline,)) == "Reuters"


def test_person_named_like_a_paper_is_a_person() -> None:
    assert origin_of(authors=("Jane Spiegel",)) == "Example Wire"


def test_origin_is_found_beside_the_word_blockade() -> None:
    assert origin_of("Planners fear a blockade, story by Reuters reports") == "Reuters"
    assert origin_of("Fleet leaves before the blockade Reuters reports") == "Reuters"


def test_outlet_that_names_itself_is_its_own_origin() -> None:
    assert (
        origin_of("Arms sale delayed, officials told Reuters", outlet="Reuters World") == "Reuters"
    )


def test_first_source_that_is_named_counts() -> None:
    title = "Arms sale delayed, Reuters reports, citing Bloomberg"

    assert origin_of(title) == "Reuters"


def test_attribution_keeps_its_words() -> None:
    (found,) = find_attributions(
        make_entry("Sale delayed, according to the WSJ"), "Example Wire", BEAT.outlets
    )

    assert found.words == "according to the WSJ"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Reuters World", "Reuters"),
        ("中央社", "CNA"),
        ("Example Wire", "Example Wire"),
    ],
)
def test_outlets_are_known_by_one_name(name: str, known: str) -> None:
    assert SOURCES.canonical_name(name) == known


def test_name_further_down_counts_before_media_without_one() -> None:
    text = "The drills were put off, the Financial Times reported."

    assert origin_of("Drills put off, newspaper reports", summary=text) == "Financial Times"


def test_local_media_that_add_a_detail_take_no_story_from_its_outlet() -> None:
    text = "The fleet left before dawn. Local media said that a pilot was hurt."

    assert origin_of("Fleet leaves", summary=text) == "Example Wire"


def test_roundup_adds_no_origin_to_a_story_with_one_of_its_sources() -> None:
    entry = make_entry("Two papers", summary="The WSJ reports on words, Reuters reports on arms.")

    names = [source.name for source in find_attributions(entry, "Example Wire", BEAT.outlets)]

    assert choose_origin(names, ()) == "Wall Street Journal"
    assert choose_origin(names, ("Reuters",)) == "Reuters"


def test_link_to_an_article_of_one_source_names_the_origin() -> None:
    links = ("https://www.wsj.com/world/asia/beijing-presses-9f2c", "https://other.example/a-1")
    (found,) = find_attributions(
        make_entry("Beijing presses", links=links), "Example Wire", BEAT.outlets
    )

    assert (found.name, found.words) == ("Wall Street Journal", "www.wsj.com")


def test_article_on_a_sources_site_is_the_sources() -> None:
    url = "https://www.reuters.com/world/china/drills-2026-03-01/"

    assert origin_of(url=url) == "Reuters"
    assert origin_of(url=url, outlet="Reuters World") == "Reuters"


@pytest.mark.parametrize(
    "links",
    [
        ("https://www.wsj.com/news/a-1", "https://www.ft.com/content/a-1"),
        ("https://www.wsj.com/",),
        ("https://www.wsj.com/news/world",),
        ("https://notwsj.com/a-1",),
        (),
    ],
)
def test_links_that_do_not_lead_to_one_article_are_ignored(links: tuple[str, ...]) -> None:
    assert origin_of(links=links) == "Example Wire"


def test_text_counts_before_a_link() -> None:
    title = "Sale delayed, according to Bloomberg"

    assert origin_of(title, links=("https://www.wsj.com/a-1",)) == "Bloomberg"


WIRES = outlets_of(
    [
        make_feed("Harbour Wire", url="https://www.harbour-wire.example/rss"),
        make_feed("Isle Post - Politics", url="https://isle-post.example/politics.xml"),
        make_feed("Isle Post - World", url="https://isle-post.example/world.xml"),
        make_feed("Wire A", url="https://hosting.example/a"),
        make_feed("Wire B", url="https://hosting.example/b"),
    ],
    SOURCES,
)


@pytest.mark.parametrize(
    ("title", "url", "origin"),
    [
        ("Fleet sails - Harbour Wire", "https://news.example/1", "Harbour Wire"),
        ("Fleet sails", "https://harbour-wire.example/2026/fleet", "Harbour Wire"),
        ("Fleet sails", "https://isle-post.example/fleet", "Isle Post"),
        ("Fleet sails", "https://hosting.example/fleet", "Collector"),
        ("Fleet sails - day two", "https://news.example/1", "Collector"),
    ],
)
def test_aggregators_copy_counts_for_the_outlet_it_copies(title, url, origin) -> None:
    (found, *_) = find_attributions(make_entry(title, url=url), "Collector", WIRES)

    assert found.name == origin


def test_sections_of_one_paper_are_one_source() -> None:
    assert SOURCES.canonical_name("Isle Post - Politics") == SOURCES.canonical_name(
        "Isle Post - World"
    )
