"""A person's decision about two reports applies to similar reports."""

from builders.beat import BEAT
from builders.features import START, make_features, make_vector
from straitwatch.core.cluster import StoryWindow
from straitwatch.core.model import Features, Fold, LinkKind, Relation, StoryConstraint

BOMBERS = make_features("Bombers circle Taiwan as fighters scramble at noon")
COAST = make_features(
    "Coast guard cutters ring Taiwan as fighters scramble at noon", hours=1, canonical_url="a.ex/1"
)


def constrain(one: Features, other: Features, kind: LinkKind) -> StoryConstraint:
    return StoryConstraint(report_a=one.entry_id, report_b=other.entry_id, kind=kind, made_at=START)


def opening(story_id: str) -> Fold:
    return Fold(story_id=story_id, relation=Relation.NEW, reason="new-event")


def split_window() -> StoryWindow:
    """A window with two alike reports that a person keeps apart."""
    window = StoryWindow(
        BEAT.lexicon, constraints=[constrain(BOMBERS, COAST, LinkKind.CANNOT_LINK)]
    )
    window.add(BOMBERS, opening("air"))
    window.add(COAST, opening("sea"))
    return window


def test_report_never_joins_a_story_with_a_report_that_it_must_not_be_linked_with() -> None:
    free, constrained = StoryWindow(BEAT.lexicon), split_window()
    free.add(BOMBERS, opening("air"))
    again = make_features(COAST.title, hours=1)

    assert free.fold(again).story_id == "air"
    assert constrained.fold(again).story_id == "sea"


def test_report_is_refused_by_the_story_it_was_split_from_when_all_is_folded_again() -> None:
    window = StoryWindow(
        BEAT.lexicon, constraints=[constrain(BOMBERS, COAST, LinkKind.CANNOT_LINK)]
    )
    window.add(BOMBERS, opening("air"))

    assert window.fold(COAST).relation is Relation.NEW


def test_report_joins_the_report_that_it_must_be_linked_with() -> None:
    other = make_features("Rice harvest in Tainan is late", hours=2)
    window = StoryWindow(BEAT.lexicon, constraints=[constrain(BOMBERS, other, LinkKind.MUST_LINK)])
    window.add(BOMBERS, opening("air"))

    fold = window.fold(other)

    assert (fold.story_id, str(fold)) == ("air", "by-hand")


def test_page_that_comes_again_follows_the_report_that_was_split_off() -> None:
    page = make_features("Taiwan under pressure", hours=5, canonical_url="a.ex/1")

    assert split_window().fold(page).story_id == "sea"


def test_copy_of_a_split_report_follows_it() -> None:
    copy = make_features(f"{COAST.title} - Port News", hours=3)

    assert split_window().fold(copy).story_id == "sea"


def test_report_follows_the_report_that_it_resembles_most_not_the_larger_story() -> None:
    air = [
        make_features("Bombers circle the island", vector=make_vector(1, 0.6, 0, 0, 0)),
        make_features("Fighters scramble at dawn", vector=make_vector(1, -0.6, 0, 0, 0)),
        make_features("Radar sees many planes", vector=make_vector(1, 0, 0.6, 0, 0)),
        make_features("Pilots report a busy sky", vector=make_vector(1, 0, -0.6, 0, 0)),
    ]
    sea = make_features("Cutters ring a port", vector=make_vector(1, 0, 0, 0.4, 0))
    retelling = make_features("Quiet waters near Penghu", vector=make_vector(1, 0, 0, 0, 0))
    stories: list[str] = []
    for constraints in ([], [constrain(air[0], sea, LinkKind.CANNOT_LINK)]):
        window = StoryWindow(BEAT.lexicon, constraints=constraints)
        for report in air:
            window.add(report, opening("air"))
        window.add(sea, opening("sea"))
        stories.append(window.fold(retelling).story_id)

    assert stories == ["air", "sea"]


def test_stories_without_constraints_are_chosen_by_score() -> None:
    free = StoryWindow(BEAT.lexicon)
    free.add(BOMBERS, opening("air"))
    elsewhere = make_features("Bombers circle Taiwan while fighters scramble", hours=2)

    assert split_window().fold(elsewhere).story_id == free.fold(elsewhere).story_id == "air"
