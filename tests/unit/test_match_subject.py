"""A feed that is about something supplies the subject that its headlines leave out."""

import pytest

from builders.watchlists import compiled, make_list, make_set
from straitwatch.core.match import Matcher, NearMiss, Review, find_near_miss, run_examples
from straitwatch.core.model import Hit, MatchText, Verdict

TERMS = {
    "island": make_set("island", ["Taiwan", "Taipei"]),
    "region": make_set("region", ["$island", "Japan"]),
    "planes": make_set("planes", ["aircraft", "jets"]),
}
HEADLINE = "Ministry detects 16 aircraft"


def fires(rule: str, title: str = HEADLINE, *, about: tuple[str, ...] = ("island",)) -> bool:
    matcher = compiled(make_list(rule), TERMS)
    return bool(matcher.match(MatchText(title=title, about=about)))


@pytest.mark.parametrize(
    ("rule", "does_fire"),
    [
        ("$island AND $planes", True),
        ("$region AND $planes", True),
        ("($island OR Japan) AND $planes", True),
        ("about:$island AND $planes", True),
        ("about:$region AND $planes", True),
        ("title:$island AND $planes", False),
        ("$island NEAR/15 $planes", False),
        ("about:$island NEAR/15 $planes", True),
        ("($island OR about:$island) NEAR/1 $planes", True),
        ("$planes NEAR/1 ($island OR about:$island)", True),
        ("$planes AND NOT $island", False),
        ("$planes AND NOT title:$island", True),
    ],
)
def test_subject_of_a_feed_is_a_hit_outside_the_text(rule: str, *, does_fire: bool) -> None:
    assert fires(rule) is does_fire


def test_feed_without_a_subject_adds_no_hit() -> None:
    assert not fires("$island AND $planes", about=())
    assert not fires("about:$island AND $planes", "Taiwan detects 16 aircraft", about=())


def test_subject_alone_does_not_fire_a_list() -> None:
    assert not fires("$island")
    assert not fires("$island AND NOT earthquake")
    assert fires("$island", "Taipei detects 16 aircraft")


def test_subject_that_the_lists_do_not_know_is_left_out() -> None:
    assert not fires("$island AND $planes", about=("moon",))


@pytest.fixture
def matcher() -> Matcher:
    return compiled(make_list("about:$island AND $planes"), TERMS)


def test_subject_is_shown_among_the_hits(matcher: Matcher) -> None:
    (match,) = matcher.match(MatchText(title=HEADLINE, about=("island",)))

    subject = Hit(term="Taiwan", field="feed", start=0, end=0, text="the feed is about Taiwan")
    assert match.hits[0] == subject
    assert [hit.text for hit in match.hits[1:]] == ["aircraft"]


def test_explanation_names_the_subject(matcher: Matcher) -> None:
    (explanation,) = matcher.explain(MatchText(title=HEADLINE, about=("island",)))

    assert [hit.text for hit in explanation.held[0].hits] == [
        "the feed is about Taiwan",
        "aircraft",
    ]


def test_subject_is_not_a_term_of_the_text(matcher: Matcher) -> None:
    document = matcher.read(MatchText(title=HEADLINE, about=("island",)))

    assert matcher.terms_in(document) == {"aircraft"}


def test_example_may_name_the_subject_of_its_feed() -> None:
    config = make_list(
        "$island AND $planes",
        must_match=[f"about:island {HEADLINE}", f"about:$island News || {HEADLINE}"],
        must_not_match=[HEADLINE, "about:island Ministry hires"],
    )

    assert run_examples(compiled(config, TERMS), [config]) == ()


@pytest.mark.parametrize(
    "rule", ["$island", "$island AND $region", "($island AND $region) OR ($island AND NOT quake)"]
)
def test_explanation_says_that_the_subject_alone_is_not_enough(rule: str) -> None:
    matcher = compiled(make_list(rule), TERMS)

    (explanation,) = matcher.explain(MatchText(title="Ministry hires", about=("island",)))

    assert [str(lack) for lack in explanation.rules[0].missing] == ["a hit in the text"]


def test_headline_linked_only_by_its_feeds_subject_is_not_a_near_miss() -> None:
    matcher = compiled(make_list("$island AND $planes"), TERMS)

    def missed(title: str, *about: str) -> NearMiss | None:
        (explanation,) = matcher.explain(MatchText(title=title, about=about))
        return find_near_miss(explanation)

    assert missed("Ministry hires", "island") is None
    assert missed(HEADLINE) is not None


def test_subject_of_a_feed_is_not_a_misleading_term(matcher: Matcher) -> None:
    review = Review(matcher)
    text = MatchText(title=HEADLINE, about=("island",))

    review.add(text, feed="Island Post", verdicts={"x": Verdict.NOT_RELEVANT})

    assert [term for term, _ in review.misleading_terms()] == ["aircraft"]
