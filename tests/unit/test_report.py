"""Reports are made of entries that are new or edited, before anything is locked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOON, make_arrival, make_entry, make_feed, make_match, seen_feed_state
from builders.beat import BEAT
from builders.watchlists import compiled, make_list
from straitwatch.core.model import (
    AlertPolicy,
    Entry,
    EntryKind,
    KnownEntry,
    PlannedEntry,
    Report,
    ReportStatus,
    Severity,
)
from straitwatch.core.report import (
    Arrival,
    build_reports,
    make_report,
    rekeyed_document,
    rekeyed_entries,
)
from straitwatch.core.rules import Rules

FEED = make_feed()
RULES = Rules(
    beat=BEAT, matcher=compiled(make_list("strait")), policy=AlertPolicy(), titles={}, recipients={}
)


def built(entry: Entry, **arrival) -> Report | PlannedEntry:
    (item,) = build_reports([entry], make_arrival(FEED, **arrival), RULES)
    return item


def status_of(entry: Entry, **arrival) -> ReportStatus:
    report = built(entry, **arrival)
    assert isinstance(report, Report)
    return report.status


def known(entry: Entry, text_hash: bytes = b"before") -> dict[str, KnownEntry]:
    return {entry.id: KnownEntry(entry_id=entry.id, text_hash=text_hash)}


def reissued(count: int) -> list[Entry]:
    return [make_entry(f"Ships cross strait number {n}", id=f"new-{n}") for n in range(count)]


def test_entry_on_which_no_list_fires_makes_no_report() -> None:
    assert isinstance(built(make_entry("Rain in spring")), PlannedEntry)


@pytest.mark.parametrize(
    ("severity", "kind"),
    [(Severity.HIGH, EntryKind.ROUNDUP), (Severity.CRITICAL, EntryKind.NEWS)],
)
def test_live_page_of_something_critical_is_news(severity: Severity, kind: EntryKind) -> None:
    entry = make_entry("Ships open fire in the strait, live updates")
    matches = [make_match(severity=severity)]

    report = make_report(entry, matches, make_arrival(FEED), AlertPolicy(), BEAT)

    assert (report.kind.kind, report.features.kind) == (kind, kind)


def test_report_names_the_sources_of_its_text_in_order() -> None:
    report = built(make_entry("Ships cross the strait, Reuters reports, citing Kyodo"))

    assert isinstance(report, Report)
    assert report.attributions == ("Reuters", "Kyodo")


def test_report_has_the_language_of_its_feed_where_the_entry_names_none() -> None:
    report = built(make_entry(language=""))

    assert isinstance(report, Report)
    assert report.features.language == FEED.language


def test_report_older_than_the_first_fetch_is_baseline() -> None:
    late = make_entry(published_at=NOON - timedelta(days=9))

    assert status_of(late, silent=frozenset({late.id})) is ReportStatus.BASELINE


def test_report_that_was_published_long_ago_is_late() -> None:
    assert status_of(make_entry(), seen_at=NOON + timedelta(hours=49)) is ReportStatus.LATE


def test_undated_report_is_never_late() -> None:
    undated = make_entry(published_at=None)

    assert status_of(undated, seen_at=NOON + timedelta(days=900)) is ReportStatus.FRESH


def test_late_edit_is_late_and_still_known_as_an_edit() -> None:
    entry = make_entry(published_at=NOON - timedelta(days=9))

    report = built(entry, known=known(entry))

    assert isinstance(report, Report)
    assert (report.status, report.is_edited) == (ReportStatus.LATE, True)


def test_entry_has_changed_when_it_is_new_or_its_text_is_another() -> None:
    entry = make_entry()
    arrivals = [
        Arrival(feed=FEED, state=seen_feed_state(FEED), seen_at=NOON, known=found)
        for found in ({}, known(entry), known(entry, entry.text_hash))
    ]

    assert [arrival.has_changed(entry) for arrival in arrivals] == [True, True, False]


@pytest.mark.parametrize(
    ("new", "familiar", "recognized"),
    [(10, 10, 10), (10, 8, 8), (10, 7, 0), (9, 9, 0), (87, 84, 84)],
)
def test_feed_has_new_ids_when_most_of_many_new_entries_are_familiar(
    new, familiar, recognized
) -> None:
    entries = reissued(new)

    found = rekeyed_entries(entries, [entry.id for entry in entries[:familiar]])

    assert len(found) == recognized


@pytest.mark.parametrize(
    ("count", "familiar", "held"), [(4, 4, 4), (4, 3, 3), (4, 2, 0), (2, 2, 0)]
)
def test_short_document_without_a_known_id_has_new_ids_when_its_texts_are_familiar(
    count, familiar, held
) -> None:
    entries = [replace(entry, published_at=None) for entry in reissued(count)]

    found = rekeyed_document(entries, [entry.id for entry in entries[:familiar]], last_ok_at=NOON)

    assert len(found) == held


def test_bulletins_in_constant_words_that_are_newly_published_have_no_new_ids() -> None:
    entries = [replace(entry, published_at=NOON) for entry in reissued(4)]
    familiar = [entry.id for entry in entries]

    assert not rekeyed_document(entries, familiar, last_ok_at=NOON - timedelta(hours=1))
    assert rekeyed_document(entries, familiar, last_ok_at=NOON + timedelta(hours=1))
