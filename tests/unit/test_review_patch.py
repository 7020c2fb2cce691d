"""Proposed changes of watch-lists against entries that people marked as not relevant."""

from typing import Any

import pytest
import yaml

from builders.app import open_desk
from builders.store import LEASE, NOW, make_entry, make_plan, make_planned
from builders.stories import make_hit, make_match
from commands import run
from straitwatch import store as db
from straitwatch.clock import utc_now
from straitwatch.config import add_noise
from straitwatch.core.match import NoiseRule, RatedMatch, propose_noise
from straitwatch.core.model import Mark, MatchText, Verdict

WRONG, RIGHT = Verdict.NOT_RELEVANT, Verdict.RELEVANT
LISTS = """\
# my lists
watchlists:
  - id: strait
    title: The strait   # its name
    match:
      - strait
      - >-
        ships OR
        ferries
    severity:
      - {level: high, when: "title:war"}

  - id: arms
    match: [missiles]
    noise:
      - {points: 5, when: "title:toys"}
      - points: 7
        when: "title:games"
    threshold: 12
"""


def rated(title: str, verdict: Verdict | None = WRONG, **match: Any) -> RatedMatch:
    start = title.index("strait") if "strait" in title else 0
    hits = (make_hit(start=start),) if "strait" in title else ()
    values: dict[str, Any] = {"hits": hits, "score": 14, **match}
    return RatedMatch(text=MatchText(title=title), match=make_match(**values), verdict=verdict)


def proposed(*matches: RatedMatch) -> tuple[str, ...]:
    rule = propose_noise(matches, 10)
    return rule.words if rule else ()


def test_word_that_wrong_matches_share_is_proposed() -> None:
    found = propose_noise([rated("A marathon by the strait"), rated("Big Marathon at strait")], 10)

    assert found == NoiseRule(words=("marathon",), points=5)
    assert found.when == "title:marathon"


def test_points_are_enough_for_the_highest_score() -> None:
    matches = [rated("A marathon", score=31), rated("Marathon again", score=12)]

    found = propose_noise(matches, 10)

    assert found is not None
    assert found.points == 22


def test_word_of_a_single_wrong_match_is_not_proposed() -> None:
    assert proposed(rated("A marathon by the strait"), rated("Cake recipes of strait")) == ()


def test_word_of_a_relevant_match_is_not_proposed() -> None:
    matches = [rated("Marathon strait"), rated("Marathon day"), rated("Marathon of drills", RIGHT)]

    assert proposed(*matches) == ()


def test_word_of_more_unmarked_than_wrong_matches_is_not_proposed() -> None:
    wrong = [rated("Marathon strait"), rated("Marathon day")]

    assert proposed(*wrong, *[rated(f"Marathon {name}", None) for name in ("one", "two")])
    assert not proposed(*wrong, *[rated(f"Marathon {name}", None) for name in ("a", "b", "c")])


def test_words_that_the_list_searches_for_are_not_proposed() -> None:
    assert proposed(rated("Swim across strait"), rated("Dinner near strait")) == ()


def test_words_of_several_subjects_are_proposed_together() -> None:
    titles = ("Marathon one", "Marathon two", "Recipe three", "Recipe four")

    assert proposed(*map(rated, titles)) == ("marathon", "recipe")


def test_han_words_are_proposed() -> None:
    assert "馬拉松" in proposed(rated("台北馬拉松開跑"), rated("高雄馬拉松延期"))


@pytest.mark.parametrize("watchlist", ["strait", "arms"])
def test_line_of_noise_is_added_and_no_other_line_changes(watchlist: str) -> None:
    changed = add_noise(LISTS, watchlist, '{points: 4, when: "title:marathon"}')

    assert changed is not None
    lists = {item["id"]: item for item in yaml.safe_load(changed)["watchlists"]}
    assert lists[watchlist]["noise"][-1] == {"points": 4, "when": "title:marathon"}
    kept = [line for line in changed.splitlines() if "marathon" not in line]
    if watchlist == "strait":
        kept.remove("    noise:")
    assert kept == LISTS.splitlines()


@pytest.mark.parametrize(
    ("text", "watchlist"),
    [
        (LISTS, "nothing"),
        ("watchlists: [{id: strait, match: [strait]}]", "strait"),
        ("terms: {a: [b]}", "strait"),
        ("", "strait"),
        ("watchlists:\n- id: strait\n  noise: [{points: 1, when: a}]\n", "strait"),
    ],
)
def test_list_that_is_not_written_as_a_block_is_left_alone(text: str, watchlist: str) -> None:
    assert add_noise(text, watchlist, "{points: 4, when: a}") is None


def test_last_line_without_an_end_gets_one() -> None:
    text = "watchlists:\n- id: strait\n  match:\n  - strait"

    changed = add_noise(text, "strait", "{points: 4, when: a}")

    assert changed == f"{text}\n  noise:\n    - {{points: 4, when: a}}\n"


async def test_patch_is_printed_with_its_measured_effect(tmp_path) -> None:
    titles = (
        "Marathon runners cross the Taiwan Strait",
        "Taiwan Strait marathon draws a crowd",
        "Third marathon along the Taiwan Strait",
        "Fleet crosses the Taiwan Strait at dawn",
    )
    async with open_desk(tmp_path) as desk:
        (claimed,) = desk.call(db.claim_due_feeds, now=desk.clock(), limit=1, lease=LEASE)
        planned = [
            make_planned(f"e{at}", entry=make_entry(f"e{at}", title=title, summary="", content=""))
            for at, title in enumerate(titles)
        ]
        plan = make_plan(claimed, planned, alerts=(), deliveries=())
        desk.call(db.apply_plan, plan)
        for at, verdict in ((0, WRONG), (1, WRONG), (3, RIGHT)):
            mark = Mark(
                entry_id=f"e{at}", watchlist="taiwan-policy", verdict=verdict, marked_at=NOW
            )
            desk.call(db.set_mark, mark)
    file = desk.config / "watchlists" / "lists.yaml"
    before = file.read_text(encoding="utf-8")
    days = str((utc_now() - NOW).days + 1)

    text = run(desk.config, "review", "--patch", "--days", days).stdout

    assert "+      - {points: " in text or "+    noise:" in text
    assert "marathon" in text
    assert "removes 2 of 2 matches marked not relevant, 0 marked relevant, 1 unmarked" in text
    assert "unmarked: Third marathon along the Taiwan Strait" in text
    assert file.read_text(encoding="utf-8") == before
