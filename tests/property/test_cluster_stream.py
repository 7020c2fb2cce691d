"""Properties of every stream of reports."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from builders.beat import BEAT
from builders.features import make_features, make_vector
from straitwatch.core.cluster import StoryWindow
from straitwatch.core.cluster.guards import compare_titles
from straitwatch.core.cluster.stories import STORY_AGE
from straitwatch.core.cluster.text import clean_title
from straitwatch.core.feature_text import features_from_text, features_to_text
from straitwatch.core.model import Features, Fold, Relation

START = datetime(2026, 9, 1, tzinfo=UTC)
several = settings(max_examples=40)
SUBJECTS = (
    "Frigates",
    "Bombers",
    "Two submarines",
    "Coast guard cutters",
    "Drones",
    "解放軍",
    "Корабли",
)
DEEDS = (
    "leave port at dawn",
    "circle the island",
    "cross the median line",
    "join the drill",
    "穿越台海",
    "вышли в море",
)
PLACES = (
    "near Keelung",
    "off Kaohsiung",
    "in the Bashi Channel",
    "at Vladivostok",
    "花蓮外海",
    "у Сахалина",
)

titles = st.builds(
    lambda *parts: " ".join(parts),
    st.sampled_from(SUBJECTS),
    st.sampled_from(DEEDS),
    st.sampled_from(PLACES),
)
directions = st.lists(st.integers(-3, 3), min_size=3, max_size=3)
vectors = st.none() | st.builds(
    lambda direction, model: make_vector(*direction, model=model),
    directions,
    st.sampled_from(["one-model", "another-model"]),
)
streams = st.lists(st.tuples(titles, st.integers(0, 300), vectors), min_size=1, max_size=30).map(
    lambda items: [
        make_features(
            title,
            entry_id=str(i),
            seen_at=START + timedelta(minutes=minutes) + i * timedelta(hours=3),
            canonical_url=f"site{i % 5}.example/{i}",
            vector=vector,
        )
        for i, (title, minutes, vector) in enumerate(items)
    ]
)


def fold_all(reports: list[Features], window: StoryWindow | None = None) -> list[Fold]:
    window, folds = window or StoryWindow(BEAT.lexicon), []
    for report in reports:
        folds.append(window.fold(report))
        window.add(report, folds[-1])
    return folds


@several
@given(streams)
def test_same_reports_in_the_same_order_give_the_same_stories(reports: list[Features]) -> None:
    assert fold_all(reports) == fold_all(reports)


@several
@given(streams, st.data())
def test_window_rebuilt_in_mid_stream_decides_like_the_original(
    reports: list[Features], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(reports)))
    folds = fold_all(reports)
    rebuilt = StoryWindow(BEAT.lexicon)
    for report, fold in zip(reports[:cut], folds[:cut], strict=True):
        rebuilt.add(report, fold)

    assert fold_all(reports[cut:], rebuilt) == folds[cut:]


# Few pages over weeks, on two lists: they come back when their stories are closed.
returning = st.lists(
    st.tuples(
        titles,
        st.integers(0, 4),
        st.integers(0, 60),
        st.sampled_from([("strait",), ("arms",), ("arms", "strait")]),
        vectors,
    ),
    min_size=4,
    max_size=40,
).map(
    lambda items: [
        make_features(
            title,
            entry_id=str(i),
            seen_at=START + sum((hours for _, _, hours, *_ in items[:i]), 0) * timedelta(hours=1),
            canonical_url=f"site.example/{page}",
            watchlists=lists,
            vector=vector,
        )
        for i, (title, page, _, lists, vector) in enumerate(items)
    ]
)


@several
@given(returning, st.data())
def test_window_rebuilt_from_stored_reports_decides_like_the_original(
    reports: list[Features], data: st.DataObject
) -> None:
    folds = fold_all(reports)
    cut = data.draw(st.integers(1, len(reports) - 1))
    rebuilt = StoryWindow(BEAT.lexicon)
    for report, fold in zip(reports[:cut], folds[:cut], strict=True):
        if report.seen_at >= reports[cut].seen_at - StoryWindow.MEMORY:
            rebuilt.add(report, fold)

    assert fold_all(reports[cut:], rebuilt) == folds[cut:]


@several
@given(returning)
def test_story_accepts_only_its_own_pages_after_three_days(
    reports: list[Features],
) -> None:
    opened: dict[str, datetime] = {}
    for report, fold in zip(reports, fold_all(reports), strict=True):
        began_at = opened.setdefault(fold.story_id, report.seen_at)
        is_page = fold.relation is Relation.SAME_ENTRY
        assert is_page or report.seen_at - began_at <= STORY_AGE


@several
@given(streams)
def test_every_story_begins_with_one_new_report(reports: list[Features]) -> None:
    folds = fold_all(reports)
    opened = [fold.story_id for fold in folds if fold.relation is Relation.NEW]

    assert len(opened) == len(set(opened))
    assert {fold.story_id for fold in folds} == set(opened)


@several
@given(streams)
def test_entry_delivered_again_under_a_new_guid_opens_no_story(reports: list[Features]) -> None:
    window = StoryWindow(BEAT.lexicon)
    for report in reports:
        fold = window.fold(report)
        window.add(report, fold)
        again = Features(
            entry_id=f"{report.entry_id}-again",
            title=report.title,
            seen_at=report.seen_at,
            canonical_url=report.canonical_url,
            watchlists=report.watchlists,
        )
        second = window.fold(again)
        window.add(again, second)

        assert (second.relation, second.story_id) == (Relation.SAME_ENTRY, fold.story_id)


@several
@given(titles, st.integers(1, 400), st.integers(1, 400))
def test_numbered_instalments_never_fold(title: str, first: int, second: int) -> None:
    reports = [
        make_features(f"Live updates day {number}: {title}", entry_id=str(n))
        for n, number in enumerate((first, second))
    ]
    folds = fold_all(reports)

    assert (folds[1].relation is Relation.NEW) is (first != second)


@several
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_at_all_can_be_compared(a: str, b: str) -> None:
    first, second = clean_title(a), clean_title(b)

    assert 0.0 <= compare_titles(first, second).score <= 1.0
    assert compare_titles(first, second).conflict == compare_titles(second, first).conflict


@several
@given(st.lists(st.text(max_size=60), max_size=8))
def test_any_stream_at_all_can_be_folded(texts: list[str]) -> None:
    reports = [Features(entry_id=str(i), title=text, seen_at=START) for i, text in enumerate(texts)]

    assert len(fold_all(reports)) == len(texts)


# Few pages and headlines over weeks, with texts, so that entries must be distinguished.
namesakes = st.lists(
    st.tuples(
        st.sampled_from(["Notice", "Daily notice: flights around the island", "国防部日报"]),
        st.sampled_from(["", "See the map.", "12 aircraft were seen.", "9 aircraft were seen."]),
        st.sampled_from(["", "site.example/1", "site.example/2", "site.example/2026/09/02"]),
        st.sampled_from(["Port News", "Harbor Daily"]),
        st.integers(0, 60),
    ),
    min_size=4,
    max_size=60,
).map(
    lambda items: [
        make_features(
            title,
            entry_id=str(i),
            summary=text,
            canonical_url=page,
            source=outlet,
            hours=sum(hours for *_, hours in items[:i]),
        )
        for i, (title, text, page, outlet, _) in enumerate(items)
    ]
)


def stored_and_read(features: Features) -> Features:
    return features_from_text(
        features_to_text(features),
        entry_id=features.entry_id,
        seen_at=features.seen_at,
        vector=features.vector,
    )


@several
@given(namesakes, st.data())
def test_entries_are_recognized_after_a_rebuild_as_before_it(
    reports: list[Features], data: st.DataObject
) -> None:
    folds = fold_all(reports)
    cut = data.draw(st.integers(1, len(reports) - 1))
    rebuilt = StoryWindow(BEAT.lexicon)
    for report, fold in zip(reports[:cut], folds[:cut], strict=True):
        if report.seen_at >= reports[cut].seen_at - StoryWindow.MEMORY:
            rebuilt.add(stored_and_read(report), fold)

    again = fold_all(reports[cut:], rebuilt)
    assert again == folds[cut:]
    assert [fold.is_own_repeat for fold in again] == [fold.is_own_repeat for fold in folds[cut:]]
