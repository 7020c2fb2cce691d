"""Stories that a person merges and splits."""

from datetime import timedelta

import pytest

from builders import NOON, make_entry, make_story
from straitwatch.core.corrections import join_stories, split_off, with_copies
from straitwatch.core.model import Severity

HOUR = timedelta(hours=1)


def test_merged_story_has_the_lists_and_the_highest_severity_of_both() -> None:
    kept = make_story(watchlists=("a",), severity=Severity.NORMAL)
    gone = make_story(id="s2", watchlists=("b", "a"), severity=Severity.HIGH, is_breaking=True)

    merged = join_stories(kept, gone)

    assert (merged.id, merged.watchlists) == (kept.id, ("a", "b"))
    assert (merged.severity, merged.is_breaking) == (Severity.HIGH, True)


def test_merged_story_counts_the_messages_of_both_as_sent() -> None:
    kept = make_story(revision=1, alerted_at=NOON, sent_severity=Severity.HIGH)
    gone = make_story(revision=4, alerted_at=NOON - HOUR, sent_severity=Severity.CRITICAL)

    merged = join_stories(kept, gone)

    assert (merged.revision, merged.alerted_at) == (4, NOON - HOUR)
    assert merged.sent_severity is Severity.CRITICAL


def test_merged_story_without_messages_was_not_sent() -> None:
    unsent = {"alerted_at": None, "sent_severity": None}

    merged = join_stories(make_story(**unsent), make_story(id="s2", **unsent))

    assert (merged.alerted_at, merged.sent_severity) == (None, None)


def test_merged_story_keeps_its_own_thread_for_each_recipient() -> None:
    kept = make_story(threads=(("desk", "", "d1"),))
    gone = make_story(threads=(("desk", "", "d2"), ("mail", "a@desk", "d3")))

    assert join_stories(kept, gone).threads == (("desk", "", "d1"), ("mail", "a@desk", "d3"))


def test_story_that_is_split_off_has_no_messages() -> None:
    story = make_story(
        revision=3,
        alerted_at=NOON,
        sent_severity=Severity.HIGH,
        sent_languages=("en",),
        threads=(("desk", "", "d1"),),
    )

    fresh = split_off(story, "new")

    assert (fresh.id, fresh.revision, fresh.alerted_at) == ("new", 0, None)
    assert (fresh.sent_severity, fresh.sent_languages, fresh.threads) == (None, (), ())
    assert fresh.watchlists == story.watchlists


@pytest.mark.parametrize(
    ("url", "moved"), [("https://a.example/1", {"first", "copy"}), ("", {"first"})]
)
def test_copies_of_a_page_are_split_off_with_it(url: str, moved: set[str]) -> None:
    page = {"canonical_url": url, "title": "Carrier sails"}
    entries = [
        make_entry(id="first", **page),
        make_entry(id="copy", **page),
        make_entry(id="other", canonical_url="https://a.example/2", title="Carrier sails"),
    ]

    assert with_copies(entries, ["first"]) == moved
