"""Deciding: alert, update, digest or nothing, and why."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import (
    NOON,
    make_entry,
    make_feed,
    make_fold,
    make_hit,
    make_match,
    make_route,
    make_story,
)
from straitwatch.core.decide import (
    Circumstances,
    decide_alert,
    delivery_key,
    describe_alert,
    grow_story,
    pick_quote,
    route_story,
    walk_routes,
)
from straitwatch.core.model import (
    UNNAMED_MEDIA,
    Action,
    AlertKind,
    AlertPolicy,
    Decision,
    Reason,
    Relation,
    Severity,
    Story,
    StoryFilter,
)

NEW = Circumstances(relation=Relation.NEW, published_at=NOON)
SAME_EVENT = Circumstances(relation=Relation.SAME_EVENT, published_at=NOON)
SAME_ENTRY = Circumstances(
    relation=Relation.SAME_ENTRY, published_at=NOON, outlet="Example Wire", title="Another title"
)
SECOND_OUTLET = make_story(outlets=("Example Wire", "Other Wire"))


def test_the_first_report_of_a_story_alerts() -> None:
    decision = decide_alert(None, make_story(revision=0), NEW, now=NOON)

    assert decision == Decision(action=Action.ALERT, reason=Reason.NEW_STORY)


def test_a_second_report_of_a_story_raises_no_second_alert() -> None:
    decision = decide_alert(make_story(), SECOND_OUTLET, SAME_EVENT, now=NOON)

    assert decision == Decision(action=Action.NONE, reason=Reason.ALREADY_ALERTED)


def test_the_first_sight_of_a_feed_is_silent() -> None:
    first_sight = replace(NEW, is_baseline=True)

    decision = decide_alert(None, make_story(revision=0), first_sight, now=NOON)

    assert decision == Decision(action=Action.NONE, reason=Reason.BASELINE)


def test_a_report_too_old_to_be_news_goes_to_the_digest() -> None:
    decision = decide_alert(None, make_story(), NEW, now=NOON + timedelta(hours=49))

    assert decision == Decision(action=Action.DIGEST, reason=Reason.LATE)


def test_an_undated_report_is_never_late() -> None:
    undated = replace(NEW, published_at=None)

    decision = decide_alert(None, make_story(), undated, now=NOON + timedelta(days=900))

    assert decision.action is Action.ALERT


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        (make_story(watchlists=("taiwan-policy", "other")), Reason.NEW_LIST),
        (make_story(severity=Severity.HIGH), Reason.HIGHER_SEVERITY),
        (replace(SECOND_OUTLET, has_tier_one=True), Reason.TIER_ONE),
        (make_story(outlets=("Example Wire", "b", "c")), Reason.MORE_OUTLETS),
    ],
    ids=lambda value: value.value if isinstance(value, Reason) else "",
)
def test_what_the_story_gains_decides_about_an_update(after, reason) -> None:
    before = make_story(outlets=("Example Wire", "b")) if len(after.outlets) == 3 else make_story()

    decision = decide_alert(before, after, SAME_EVENT, now=NOON)

    assert decision == Decision(action=Action.UPDATE, reason=reason)


def test_another_outlet_a_day_later_is_an_update() -> None:
    late = replace(SAME_EVENT, published_at=NOON + timedelta(hours=25))

    decision = decide_alert(make_story(), SECOND_OUTLET, late, now=NOON + timedelta(hours=25))

    assert decision == Decision(action=Action.UPDATE, reason=Reason.DAY_LATER)


def test_a_baseline_entry_that_comes_again_stays_silent() -> None:
    baseline = make_story(revision=0, alerted_at=None)

    decision = decide_alert(baseline, baseline, SAME_ENTRY, now=NOON)

    assert decision == Decision(action=Action.NONE, reason=Reason.KNOWN_ENTRY)


def test_a_page_that_another_feed_had_as_baseline_alerts_in_its_own() -> None:
    baseline = make_story(revision=0, alerted_at=None, outlets=("Aggregator",))
    after = replace(baseline, outlets=("Aggregator", "Example Wire"))

    decision = decide_alert(baseline, after, SAME_ENTRY, now=NOON)

    assert decision == Decision(action=Action.ALERT, reason=Reason.NEW_STORY)


def test_a_page_with_another_bulletin_the_next_day_is_an_update() -> None:
    tomorrow = NOON + timedelta(hours=23)
    bulletin = replace(SAME_ENTRY, published_at=tomorrow)

    decision = decide_alert(make_story(), make_story(), bulletin, now=tomorrow)

    assert decision == Decision(action=Action.UPDATE, reason=Reason.DAY_LATER)


def test_a_page_that_is_only_listed_again_the_next_day_is_none() -> None:
    tomorrow = NOON + timedelta(hours=23)
    again = replace(SAME_ENTRY, published_at=None, title=make_story().title)

    decision = decide_alert(make_story(), make_story(), again, now=tomorrow)

    assert decision == Decision(action=Action.NONE, reason=Reason.KNOWN_ENTRY)


def test_a_new_report_of_a_story_that_was_only_baseline_alerts() -> None:
    baseline = make_story(revision=0, alerted_at=None)

    decision = decide_alert(baseline, replace(SECOND_OUTLET, revision=0), SAME_EVENT, now=NOON)

    assert decision == Decision(action=Action.ALERT, reason=Reason.NEW_STORY)


def test_an_edited_entry_that_newly_matches_a_list_updates_its_story() -> None:
    edited = replace(SAME_ENTRY, is_known_entry=True)
    after = make_story(watchlists=("taiwan-policy", "china-russia-military"))

    assert decide_alert(make_story(), after, edited, now=NOON).reason is Reason.NEW_LIST


def test_a_story_grows_by_lists_severity_and_outlets() -> None:
    other = make_feed("Other Wire", tier=1)
    match = make_match("china-russia-military", severity=Severity.CRITICAL)

    story = grow_story(
        make_story(), make_fold(Relation.SAME_EVENT), make_entry(), [match], feed=other, now=NOON
    )

    assert story.watchlists == ("taiwan-policy", "china-russia-military")
    assert story.severity is Severity.CRITICAL
    assert story.outlets == ("Example Wire", "Other Wire")
    assert story.has_tier_one


def test_an_aggregator_lends_its_tier_to_nobody() -> None:
    aggregator = make_feed("Search", tier=1, stance="independent")

    story = grow_story(
        None, make_fold(), make_entry(source="Village Voice"), [make_match()], feed=aggregator,
        now=NOON,
    )  # fmt: skip

    assert story.outlets == ("Village Voice",)
    assert not story.has_tier_one


# ---------------------------------------------------------------- routes


def routed(*routes, matches=None):
    policy = AlertPolicy(routes=routes)
    return route_story(matches or [make_match()], make_feed(), make_entry(), policy)


def test_the_first_route_that_fits_wins() -> None:
    found = routed(make_route("one", send=("a",)), make_route("two", send=("b",)))

    assert [destination.receiver for destination in found] == ["a"]


def test_a_route_that_continues_lets_the_next_one_add_its_receivers() -> None:
    found = routed(make_route("one", send=("a",), continues=True), make_route("two", send=("b",)))

    assert [destination.receiver for destination in found] == ["a", "b"]


def test_two_lists_that_lead_to_one_receiver_make_one_destination_with_both() -> None:
    found = routed(
        make_route("military", watchlists=("china-russia-military",)),
        make_route("all"),
        matches=(make_match("taiwan-policy"), make_match("china-russia-military")),
    )

    (only,) = found
    assert only.watchlists == ("taiwan-policy", "china-russia-military")
    assert {route.name for route in only.routes} == {"military", "all"}


def test_a_story_on_both_lists_reaches_both_desks() -> None:
    found = routed(
        make_route("military", watchlists=("china-russia-military",), send=("military-desk",)),
        make_route("taiwan", watchlists=("taiwan-policy",), send=("taiwan-desk",)),
        matches=(make_match("taiwan-policy"), make_match("china-russia-military")),
    )

    assert {item.receiver for item in found} == {"military-desk", "taiwan-desk"}


@pytest.mark.parametrize(
    ("wanted", "because"),
    [
        ({"watchlists": ("other",)}, "wants watch-list other"),
        ({"severities": (Severity.CRITICAL,)}, "wants severity critical, this is normal"),
        ({"tags": ("defence",)}, "wants feed tag defence"),
        ({"stances": ("state",)}, "wants stance state"),
        ({"languages": ("zh",)}, "wants language zh"),
    ],
)
def test_a_route_that_does_not_fit_says_why(wanted, because) -> None:
    (step,) = walk_routes(make_match(), make_feed(), make_entry(), [make_route(**wanted)])

    assert (step.fits, step.because) == (False, because)


def test_a_route_for_chinese_takes_both_scripts() -> None:
    entry = make_entry(language="zh-Hant")

    (step,) = walk_routes(make_match(), make_feed(), entry, [make_route(languages=("zh",))])

    assert step.fits


def test_quiet_hours_hold_only_where_every_route_has_them() -> None:
    (held,) = routed(make_route("one", quiet_hours="night"))
    (free,) = routed(make_route("one", quiet_hours="night", continues=True), make_route("two"))

    assert (held.quiet_hours, free.quiet_hours) == (("night",), ())


# ---------------------------------------------------------------- facts


def test_the_quote_is_the_sentence_with_most_of_what_matched() -> None:
    summary = "Markets fell. Ships crossed the strait near Taiwan today. It rained."
    hits = [
        make_hit("strait", start=summary.index("strait"), field="summary"),
        make_hit("Taiwan", start=summary.index("Taiwan"), field="summary"),
    ]

    quote = pick_quote(make_entry(summary=summary), hits)

    assert quote.text == "Ships crossed the strait near Taiwan today."
    assert [quote.text[left:right] for left, right in quote.spans] == ["strait", "Taiwan"]


@pytest.mark.parametrize(
    "sentence",
    [
        "He used the U.S. president's wish to change the Taiwan policy.",
        "The U.S. State Department named Taiwan.",
        "Sen. J. Smith flew to Taiwan on Monday.",
    ],
)
def test_a_full_stop_inside_a_sentence_does_not_cut_the_quote(sentence) -> None:
    summary = f"It rained. {sentence} Markets fell."
    hit = make_hit("Taiwan", start=summary.index("Taiwan"), field="summary")

    assert pick_quote(make_entry(summary=summary), [hit]).text == sentence


def test_a_very_long_sentence_is_quoted_around_its_first_hit() -> None:
    summary = "word " * 300 + "Taiwan " + "word " * 300
    hit = make_hit("Taiwan", start=summary.index("Taiwan"), field="summary")

    quote = pick_quote(make_entry(summary=summary), [hit])

    ((left, right),) = quote.spans
    assert quote.text[left:right] == "Taiwan"
    assert len(quote.text) <= 320


def test_the_facts_name_who_reported_first_and_who_else() -> None:
    story = grow_story(
        grow_story(None, make_fold(), make_entry(), [make_match()], feed=make_feed(), now=NOON),
        make_fold(Relation.SAME_EVENT),
        make_entry("Strait crossed by ships"),
        [make_match()],
        feed=make_feed("Other Wire"),
        now=NOON + timedelta(minutes=5),
    )

    facts = describe_alert(
        story,
        make_entry("Strait crossed by ships"),
        [make_match()],
        Decision(action=Action.UPDATE, reason=Reason.MORE_OUTLETS),
        feed=make_feed("Other Wire"),
        titles={"taiwan-policy": "Taiwan policy"},
        now=NOON + timedelta(minutes=5),
    )

    assert facts.kind is AlertKind.UPDATE
    assert facts.first_report is not None
    assert facts.first_report.outlet.name == "Example Wire"
    assert [report.outlet.name for report in facts.also] == ["Example Wire"]
    assert facts.outlet_count == 2
    assert facts.matches[0].title == "Taiwan policy"


def test_a_delivery_key_differs_by_each_of_its_parts() -> None:
    keys = {delivery_key("a", "b", "c"), delivery_key("a", "b", ""), delivery_key("ab", "", "c")}

    assert len(keys) == 3


def grown(*reports: tuple[str, str, str]) -> Story:
    """Return a story with reports, each an outlet, its stance and whose reporting it carries."""
    story = None
    for outlet, stance, origin in reports:
        story = grow_story(
            story,
            make_fold(),
            make_entry(),
            [make_match()],
            feed=make_feed(outlet, stance=stance),
            origin=origin,
            now=NOON,
        )
    assert story is not None
    return story


def test_outlets_that_repeat_one_another_are_one_origin() -> None:
    story = grown(("Wire", "", "Reuters"), ("Gazette", "", "Reuters"), ("Post", "", "Reuters"))

    assert (len(story.outlets), story.origins) == (3, ("Reuters",))


def test_an_outlet_with_reporting_of_its_own_is_an_origin() -> None:
    assert grown(("Wire", "", ""), ("Gazette", "", "Wire")).origins == ("Wire",)
    assert grown(("Wire", "", ""), ("Gazette", "", "")).origins == ("Wire", "Gazette")


@pytest.mark.parametrize("order", [1, -1])
def test_media_without_a_name_are_no_origin_beside_one_that_is_named(order: int) -> None:
    reports = [("Wire", "", "Reuters"), ("Gazette", "", UNNAMED_MEDIA)]

    assert grown(*reports[::order]).origins == ("Reuters",)


def test_media_without_a_name_are_one_origin_where_nobody_names_any() -> None:
    reports = [("Wire", "", UNNAMED_MEDIA), ("Gazette", "", UNNAMED_MEDIA)]

    assert grown(*reports).origins == (UNNAMED_MEDIA,)


@pytest.mark.parametrize("order", [1, -1])
def test_repeating_media_without_a_name_hastens_no_breaking_story(order: int) -> None:
    reports = [("Wire", "", ""), ("Post", "", UNNAMED_MEDIA)]

    assert [name for name, _ in grown(*reports[::order]).recent] == ["Wire"]


def test_a_story_is_state_medias_until_another_outlet_has_it() -> None:
    state = ("People", "state", "")

    assert grown(state, ("Party Paper", "party", "")).is_state_only
    assert not grown(state, ("Wire", "independent", "")).is_state_only


@pytest.mark.parametrize(
    ("wanted", "reports", "because"),
    [
        ({"min_origins": 2}, [("A", "", "")], "wants 2 independent origins, there is 1"),
        ({"min_origins": 2}, [("A", "", ""), ("B", "", "A")], "wants 2 independent origins"),
        ({"min_origins": 2}, [("A", "", ""), ("B", "", "")], ""),
        ({"state_only": True}, [("A", "state", "")], ""),
        ({"state_only": True}, [("A", "", "")], "wants what only state media has"),
        ({"state_only": False}, [("A", "state", "")], "only state media has it"),
        ({"state_first": True}, [("A", "state", ""), ("B", "", "")], ""),
        ({"state_first": True}, [("B", "", ""), ("A", "state", "")], "wants what state media had"),
        ({"state_first": False}, [("A", "state", ""), ("B", "", "")], "state media was first"),
    ],
)
def test_a_route_may_ask_whose_reporting_it_is(wanted, reports, because) -> None:
    (step,) = walk_routes(
        make_match(),
        make_feed(),
        make_entry(),
        [make_route(story=StoryFilter(**wanted))],
        story=grown(*reports),
    )

    assert step.because.startswith(because)
    assert step.fits is not bool(because)
