from dataclasses import replace
from datetime import timedelta

import pytest

from builders import report_of
from builders.beat import BEAT
from builders.features import make_features
from builders.store import (
    LEASE,
    NOW,
    claim,
    claimed_feed,
    make_alert,
    make_delivery,
    make_entry,
    make_feed,
    make_fold,
    make_match,
    make_plan,
    make_planned,
    make_quiet_plan,
    make_story,
    make_unmatched,
)
from straitwatch.core.model import (
    SAME_GUID,
    Action,
    Decision,
    DeliveryState,
    Entry,
    FoldedReport,
    KnownEntry,
    ParsedDocument,
    PlannedEntry,
    Reason,
    Related,
    Relation,
    Severity,
)
from straitwatch.core.recognize import recognize_returns
from straitwatch.pipeline import recognize_entries
from straitwatch.store import (
    Store,
    apply_plan,
    entries_since,
    familiar_entries,
    feed_entries,
    feed_states,
    find_entries,
    known_entries,
    last_seq,
    latest_entries,
    list_deliveries,
    list_stories,
    recent_reports,
    stored_pages,
    stories_by_id,
    story_entries,
)
from straitwatch.store.transaction import Transaction

HOUR = timedelta(hours=1)


def reports(store: Store, after_seq: int = 0) -> list[FoldedReport]:
    return store.call(
        recent_reports, since_at=NOW - timedelta(days=7), after_seq=after_seq, reader=BEAT.reader
    )


def test_plan_is_written_whole(store: Store) -> None:
    plan = make_plan(claimed_feed(store))

    assert store.call(apply_plan, plan)

    assert store.call(feed_states) == {"f1": plan.state}
    assert store.call(stories_by_id, ["s1", "unknown"]) == {"s1": make_story()}
    stored = store.call(find_entries, "e1")[0]
    assert stored.entry == make_entry()
    assert stored.matches == (make_match(),)
    assert stored.fold == make_fold()
    assert stored.decision == Decision(action=Action.ALERT, reason=Reason.NEW_STORY)
    assert (stored.feed_name, stored.seen_at) == ("Feed f1", NOW)
    assert [record.delivery for record in store.call(list_deliveries)] == [make_delivery()]


def test_entries_of_a_feed_are_the_newest_ones(store: Store) -> None:
    for name, now in (("e1", NOW), ("e2", NOW + HOUR), ("e3", NOW + 2 * HOUR)):
        state = claimed_feed(store) if now == NOW else claim(store, now=now)[0]
        entries = (make_unmatched(name, title=name),)
        plan = make_plan(state, entries, now=now, stories=(), alerts=(), deliveries=())
        assert store.call(apply_plan, plan)

    found = store.call(feed_entries, "f1", limit=2)

    assert [stored.entry.id for stored in found] == ["e3", "e2"]
    assert store.call(feed_entries, "other", limit=2) == []


def test_plan_applied_twice_is_applied_once(store: Store) -> None:
    plan = make_plan(claimed_feed(store))

    assert store.call(apply_plan, plan)
    assert store.call(apply_plan, plan)

    assert len(store.call(latest_entries, 9)) == 1
    assert len(reports(store)) == 1
    assert len(store.call(list_deliveries)) == 1


def test_plan_of_a_lost_lease_is_not_written(store: Store) -> None:
    slow = claimed_feed(store)
    claim(store, now=NOW + LEASE)

    assert not store.call(apply_plan, make_plan(slow))

    assert len(store.call(latest_entries, 9)) == 0
    assert store.call(stories_by_id, ["s1"]) == {}
    assert store.call(list_deliveries) == []


def test_plan_that_fails_is_rolled_back(store: Store) -> None:
    claimed = claimed_feed(store)

    def apply_and_fail(tx: Transaction) -> None:
        apply_plan(tx, make_plan(claimed))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.call(apply_and_fail)

    assert len(store.call(latest_entries, 9)) == 0
    assert store.call(list_deliveries) == []


def test_known_entries_are_distinguished_from_new_ones(store: Store) -> None:
    plan = make_plan(claimed_feed(store), [make_planned("e1"), make_unmatched("e2")])
    store.call(apply_plan, plan)

    known = store.call(known_entries, ["e1", "e2", "e3"])

    assert known == {
        "e1": KnownEntry(
            entry_id="e1",
            text_hash=b"\x00hash\xff",
            title="Ships cross the strait (e1)",
            story_id="s1",
            watchlists=("taiwan-policy",),
        ),
        "e2": KnownEntry(
            entry_id="e2", text_hash=b"\x00hash\xff", title="Ships cross the strait (e2)"
        ),
    }


def test_thousands_of_entries_are_looked_up_at_once(store: Store) -> None:
    entries = [make_unmatched(f"e{number}") for number in range(1_200)]
    store.call(apply_plan, make_quiet_plan(claimed_feed(store), entries))

    known = store.call(known_entries, [f"e{number}" for number in range(5_000)])

    assert len(known) == 1_200


def test_edited_entry_keeps_its_place_and_gets_its_new_text(store: Store) -> None:
    claimed = claimed_feed(store)
    store.call(apply_plan, make_quiet_plan(claimed, [make_unmatched("e1")]))
    edited = PlannedEntry(entry=make_entry("e1", title="Correction", text_hash=b"2"), is_new=False)

    later = NOW + timedelta(minutes=15)
    store.call(apply_plan, make_quiet_plan(claimed, [edited], now=later))

    stored = store.call(find_entries, "e1")[0]
    assert (stored.entry.title, stored.entry.text_hash, stored.seen_at) == ("Correction", b"2", NOW)


@pytest.mark.parametrize("weaker", [Action.NONE, Action.DIGEST])
def test_edit_does_not_take_back_that_an_entry_was_alerted(store: Store, weaker: Action) -> None:
    claimed = claimed_feed(store)
    store.call(apply_plan, make_plan(claimed, [make_planned("e1")]))
    corrected = PlannedEntry(
        entry=make_entry("e1", title="Correction", text_hash=b"2"),
        is_new=False,
        decision=Decision(action=weaker, reason=Reason.NO_MATCH),
    )

    store.call(apply_plan, make_quiet_plan(claimed, [corrected]))

    (stored,) = store.call(find_entries, "e1")
    assert stored.entry.title == "Correction"
    assert stored.decision == Decision(action=Action.ALERT, reason=Reason.NEW_STORY)


def test_entry_keeps_which_configuration_decided(store: Store) -> None:
    claimed = claimed_feed(store)
    store.call(apply_plan, make_plan(claimed, config_version="v1"))
    silent = PlannedEntry(entry=make_entry("e1", text_hash=b"2"), is_new=False)

    store.call(apply_plan, replace(make_quiet_plan(claimed, [silent]), config_version="v2"))

    assert store.call(find_entries, "e1")[0].config_version == "v1"


def test_entry_is_found_by_its_title_in_any_letter_case(store: Store) -> None:
    planned = make_unmatched("e1", title="Fleet  In The Strait")
    store.call(apply_plan, make_quiet_plan(claimed_feed(store), [planned]))

    assert [found.entry.id for found in store.call(find_entries, "fleet in the STRAIT")] == ["e1"]


def test_entry_that_matches_only_after_an_edit_becomes_a_report(store: Store) -> None:
    claimed = claimed_feed(store)
    store.call(apply_plan, make_quiet_plan(claimed, [make_unmatched("e1")]))
    assert reports(store) == []

    later = NOW + timedelta(hours=5)
    store.call(apply_plan, make_plan(claimed, [make_planned("e1", is_new=False)], now=later))

    (report,) = reports(store)
    assert (report.features.entry_id, report.features.seen_at) == ("e1", later)


def test_possibly_related_story_is_kept_with_the_report(store: Store) -> None:
    fold = make_fold(related=Related(story_id="s9", score=0.61, names=("Penghu", "Shandong")))
    store.call(apply_plan, make_plan(claimed_feed(store), [make_planned("e1", fold=fold)]))

    (stored,) = store.call(story_entries, fold.story_id)

    assert stored.fold == fold


def test_edited_report_is_read_as_it_was_folded(store: Store) -> None:
    claimed = claimed_feed(store)
    store.call(
        apply_plan, make_plan(claimed, [make_planned("e1", features=make_features("Ships cross"))])
    )
    before = reports(store)
    edited = replace(make_entry("e1"), title="Quite another headline", text_hash=b"edited")
    fold = make_fold(relation=Relation.SAME_ENTRY, reason=SAME_GUID)
    for title in ("Quite another headline", "And another one"):
        planned = make_planned(
            "e1",
            entry=replace(edited, title=title),
            fold=fold,
            features=make_features(title),
            is_new=False,
            matches=(make_match("taiwan-policy"), make_match("drills")),
        )
        store.call(apply_plan, make_plan(claimed, [planned]))

    assert reports(store) == before
    assert store.call(find_entries, "And another one")[0].entry.title == "And another one"


def test_reports_come_back_in_the_order_in_which_they_were_folded(store: Store) -> None:
    claimed = claimed_feed(store, name="CNA", language="zh-Hant")
    duplicate = make_fold(relation=Relation.DUPLICATE, reason="same-url", score=1.0)
    entries = [
        make_planned("e2"),
        make_unmatched("e0"),
        make_planned("e1", entry=make_entry("e1", language="", source="AFP"), fold=duplicate),
    ]
    store.call(apply_plan, make_plan(claimed, entries))

    first, second = reports(store)

    assert first.seq < second.seq == store.call(last_seq)
    assert [report.features.entry_id for report in (first, second)] == ["e2", "e1"]
    assert [report.features.outlet for report in (first, second)] == ["CNA", "AFP"]
    assert second.features.watchlists == ("taiwan-policy",)
    assert (first.fold, second.fold) == (make_fold(), duplicate)


def test_only_reports_after_a_number_and_a_time_come_back(store: Store) -> None:
    claimed = claimed_feed(store)
    store.call(apply_plan, make_plan(claimed, [make_planned("e1")]))
    seq = store.call(last_seq)
    store.call(apply_plan, make_plan(claimed, [make_planned("e2")], now=NOW + timedelta(hours=1)))

    assert [report.features.entry_id for report in reports(store, after_seq=seq)] == ["e2"]
    late = store.call(
        recent_reports, since_at=NOW + timedelta(minutes=1), after_seq=0, reader=BEAT.reader
    )
    assert [report.features.entry_id for report in late] == ["e2"]


def test_page_under_its_title_leads_to_the_story_of_its_first_report(store: Store) -> None:
    page = {"canonical_url": "news.example/e1", "title": "Ships cross the strait (e1)"}
    entries = [
        make_planned("e1"),
        make_planned("e2", entry=make_entry("e2", **page), fold=make_fold("s2")),
    ]
    stories = (make_story("s1"), make_story("s2"))
    store.call(apply_plan, make_plan(claimed_feed(store), entries, stories=stories))

    again, renewed = make_entry("e3", **page), make_entry("e4", **page | {"title": "Other news"})
    elsewhere = make_entry("e5", **page | {"canonical_url": "news.example/other"})
    reports = [report_of(entry) for entry in (again, renewed, elsewhere)]
    found = recognize_returns(reports, store.call(stored_pages, reports))

    assert {entry_id: fold.story_id for entry_id, fold in found.items()} == {"e3": "s1"}


def test_story_shows_its_reports_oldest_first_and_why_each_is_in_it(store: Store) -> None:
    claimed = claimed_feed(store)
    store.call(apply_plan, make_plan(claimed, [make_planned("e2"), make_unmatched("e3")]))
    later = make_fold(relation=Relation.SAME_EVENT, reason="same-event")
    again = make_plan(claimed, [make_planned("e1", fold=later)], now=NOW + timedelta(hours=1))
    store.call(apply_plan, again)

    found = store.call(story_entries, "s1")

    assert [stored.entry.id for stored in found] == ["e2", "e1"]
    assert [stored.fold for stored in found] == [make_fold(), later]


def test_stories_are_listed_latest_first(store: Store) -> None:
    stories = [
        make_story(f"s{hour}", last_seen_at=NOW + timedelta(hours=hour)) for hour in range(3)
    ]
    plan = make_plan(claimed_feed(store), [], stories=stories, alerts=(), deliveries=())
    store.call(apply_plan, plan)

    assert store.call(list_stories, limit=2) == [stories[2], stories[1]]


def test_story_takes_its_new_state(store: Store) -> None:
    claimed = claimed_feed(store)
    store.call(apply_plan, make_plan(claimed))
    grown = make_story(
        revision=2, severity=Severity.CRITICAL, outlets=("Feed f1", "AFP"), alerted_at=None
    )

    store.call(apply_plan, make_plan(claimed, [], stories=(grown,), alerts=(), deliveries=()))

    assert store.call(stories_by_id, ["s1"]) == {"s1": grown}


def test_one_delivery_for_a_story_revision_receiver_and_recipient(store: Store) -> None:
    claimed = claimed_feed(store)
    deliveries = (
        make_delivery("d1", recipient="a@example.org"),
        make_delivery("d2", recipient="a@example.org"),
        make_delivery("d3", recipient="b@example.org"),
    )
    store.call(apply_plan, make_plan(claimed, deliveries=deliveries))
    other = make_delivery("d4", alert_id="a2", recipient="a@example.org")
    again = make_plan(claimed, [], alerts=(make_alert("a2"),), deliveries=(other,))
    store.call(apply_plan, again)

    ids = {record.delivery.id for record in store.call(list_deliveries)}
    assert ids == {"d1", "d3"}


def test_held_delivery_keeps_when_and_why(store: Store) -> None:
    held = make_delivery(
        state=DeliveryState.HELD, state_reason="quiet hours", not_before=NOW + timedelta(hours=8)
    )
    store.call(apply_plan, make_plan(claimed_feed(store), deliveries=(held,)))

    assert store.call(list_deliveries)[0].delivery == held


def test_entries_are_found_by_id_link_and_title(store: Store) -> None:
    entries = [make_unmatched("e1"), make_unmatched("e2", title="100% of_cases 解放軍")]
    store.call(apply_plan, make_quiet_plan(claimed_feed(store), entries))

    def ids(text: str, **more: str) -> list[str]:
        return [found.entry.id for found in store.call(find_entries, text, **more)]

    assert ids("e1") == ["e1"]
    assert ids("https://news.example/e1?utm_source=x") == ["e1"]
    assert ids("news.example/e2") == ["e2"]
    assert ids("https://m.news.example/e2", canonical_url="news.example/e2") == ["e2"]
    assert ids("SHIPS cross") == ["e1"]
    assert ids("100% of_c") == ["e2"]
    assert ids("解放") == ["e2"]
    assert ids("1000 of cases") == []


def test_all_entries_since_a_time_come_in_order_across_pages(store: Store) -> None:
    claimed = claimed_feed(store)
    old = [make_unmatched(f"old{number}") for number in range(3)]
    store.call(apply_plan, make_quiet_plan(claimed, old))
    new = [make_unmatched(f"new{number:04}") for number in range(1_100)]
    store.call(apply_plan, make_quiet_plan(claimed, new, now=NOW + timedelta(hours=1)))

    def ids(tx: Transaction) -> list[str]:
        since_at = NOW + timedelta(minutes=1)
        return [stored.entry.id for stored in entries_since(tx, since_at)]

    assert store.call(ids) == [planned.entry.id for planned in new]


def test_title_that_new_entries_share_is_familiar_only_with_its_text(store: Store) -> None:
    claimed = claimed_feed(store)
    store.call(apply_plan, make_plan(claimed, [make_planned("e1")]))
    first = make_entry("e1")
    again, bulletin = (
        replace(first, id=id_, text_hash=text_hash)
        for id_, text_hash in (("again", first.text_hash), ("bulletin", b"other"))
    )

    found = store.call(familiar_entries, claimed.feed_id, [again, bulletin])

    assert found == {"again"}


def test_another_entry_under_a_stored_guid_has_an_id_that_stays(store: Store) -> None:
    claimed = claimed_feed(store)
    store.call(apply_plan, make_plan(claimed, [make_planned("e1")]))
    other = make_entry(
        "e1",
        title="Ferry timetable for the winter",
        canonical_url="news.example/ferry",
        summary="Boats to the outer islands sail twice a day until March.",
        text_hash=b"other",
    )
    edited = make_entry("e1", title="Ships cross the strait again (e1)", text_hash=b"edited")

    def recognize(entry: Entry) -> tuple[str, list[str]]:
        read = ParsedDocument(format="rss20", entries=(entry,))
        found, known = store.call(recognize_entries, make_feed(claimed.feed_id), read, now=NOW)
        return found.entries[0].id, sorted(known)

    own, _ = recognize(other)
    planned = make_planned(own, entry=replace(other, id=own))
    store.call(apply_plan, make_plan(claimed, [planned]))
    assert own != "e1"
    assert recognize(other) == (own, sorted(["e1", own]))
    assert recognize(edited) == ("e1", ["e1"])


def test_entry_is_familiar_when_its_feed_has_carried_its_title(store: Store) -> None:
    claimed = claimed_feed(store)
    store.call(apply_plan, make_plan(claimed, [make_planned("e1")]))
    again = make_entry("other", title=make_entry("e1").title)
    fresh = make_entry("new", title="Nothing like it")

    assert store.call(familiar_entries, claimed.feed_id, [again, fresh]) == {"other"}
    assert store.call(familiar_entries, "another-feed", [again]) == set()
