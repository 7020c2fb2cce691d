"""Routes from a match to receivers, and the filters on the way."""

import pytest

from builders import grown, make_entry, make_match, make_route, report_of
from straitwatch.core.model import AlertPolicy, Severity, StoryFilter
from straitwatch.core.route import route_story, walk_routes


def routed(*routes, matches=None):
    policy = AlertPolicy(routes=routes)
    return route_story(matches or [make_match()], report_of(), policy)


def test_first_route_that_fits_wins() -> None:
    found = routed(make_route("one", send=("a",)), make_route("two", send=("b",)))

    assert [destination.receiver for destination in found] == ["a"]


def test_route_that_continues_adds_the_receivers_of_the_next() -> None:
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


def test_story_on_both_lists_reaches_both_desks() -> None:
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
def test_route_that_does_not_fit_says_why(wanted, because) -> None:
    (step,) = walk_routes(make_match(), report_of(), [make_route(**wanted)])

    assert (step.fits, step.because) == (False, because)


def test_route_for_chinese_takes_both_scripts() -> None:
    report = report_of(make_entry(language="zh-Hant"))

    (step,) = walk_routes(make_match(), report, [make_route(languages=("zh",))])

    assert step.fits


def test_quiet_hours_hold_only_where_every_route_has_them() -> None:
    (held,) = routed(make_route("one", quiet_hours="night"))
    (free,) = routed(make_route("one", quiet_hours="night", continues=True), make_route("two"))

    assert (held.quiet_hours, free.quiet_hours) == (("night",), ())


@pytest.mark.parametrize(
    ("wanted", "reports", "because"),
    [
        ({"min_origins": 2}, [("A", "", "")], "wants 2 independent origins, there is 1"),
        ({"min_origins": 2}, [("A", "", ""), ("B", "", "A")], "wants 2 independent origins"),
        ({"min_origins": 2}, [("A", "", ""), ("B", "", "")], ""),
        ({"state_only": True}, [("A", "state", "")], ""),
        ({"state_only": True}, [("A", "", "")], "wants only state media"),
        ({"state_only": False}, [("A", "state", "")], "only state media has it"),
        ({"state_first": True}, [("A", "state", ""), ("B", "", "")], ""),
        ({"state_first": True}, [("B", "", ""), ("A", "state", "")], "wants state media first"),
        ({"state_first": False}, [("A", "state", ""), ("B", "", "")], "state media was first"),
    ],
)
def test_route_may_ask_for_origins(wanted, reports, because) -> None:
    (step,) = walk_routes(
        make_match(),
        report_of(),
        [make_route(story=StoryFilter(**wanted))],
        story=grown(*reports),
    )

    assert step.because.startswith(because)
    assert step.fits is not bool(because)
