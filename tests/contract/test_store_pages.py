"""The pages to fetch: asked for with a poll, claimed within budgets, and completed once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders.store import NOW, claimed_feed, make_entry, make_fold, make_plan, make_planned
from straitwatch.core.model import (
    FeedState,
    PageCause,
    PageOutcome,
    PagePolicy,
    PageState,
    PageTask,
    PageVersion,
    PageWish,
    PlannedEntry,
    Validators,
)
from straitwatch.core.policy import (
    EDIT_LOOKS,
    FULL_TEXT_WITHIN,
    HOST_REST,
    PAGE_LEASE,
    PAGE_SPACING,
    USELESS_PAGES,
    WATCHED_PAGES,
)
from straitwatch.store import (
    Store,
    apply_plan,
    claim_pages,
    complete_page,
    count_pages,
    expire_pages,
    page_of_entry,
    reset_page_leases,
    stored_entry,
    write_plan,
)

THIN = PageWish(task=PageTask.TEXT, cause=PageCause.THIN)
NEAR = PageWish(task=PageTask.TEXT, cause=PageCause.NEAR_MISS, detail="lacks one thing")
WATCH = PageWish(task=PageTask.EDITS, cause=PageCause.ALERTED)
FEED = FeedState(feed_id="f1")


def make_thin(id_: str, wish: PageWish = THIN, *, host: str = "") -> PlannedEntry:
    host = host or f"{id_}.example"
    entry = make_entry(id_, url=f"https://{host}/{id_}", canonical_url=f"{host}/{id_}")
    return PlannedEntry(entry=entry, is_new=True, page=wish)


def ask(store: Store, *entries: PlannedEntry) -> None:
    plan = make_plan(claimed_feed(store), entries, alerts=(), deliveries=())
    assert store.call(apply_plan, plan)


def ask_again(store: Store, *entries: PlannedEntry, later: timedelta = timedelta(0)) -> None:
    plan = make_plan(FEED, entries, now=NOW + later, alerts=(), deliveries=())
    known = tuple(replace(entry, is_new=False) for entry in entries)
    store.call(write_plan, replace(plan, entries=known))


def claim(
    store: Store, *, later: timedelta = timedelta(0), limit: int = 10, **policy: Any
) -> list[PageState]:
    now = NOW + later
    return store.call(claim_pages, PagePolicy(**policy), now=now, limit=limit)


def ids(states: list[PageState]) -> list[str]:
    return [state.entry_id for state in states]


def test_page_is_due_as_soon_as_its_entry_is_stored(store: Store) -> None:
    ask(store, make_thin("e1"), make_planned("e2"))

    (page,) = claim(store)

    assert (page.entry_id, page.url, page.host) == ("e1", "https://e1.example/e1", "e1.example")
    assert (page.task, page.cause, page.fetched_at) == (PageTask.TEXT, PageCause.THIN, NOW)


def test_page_is_asked_for_once_even_if_two_entries_link_to_it(store: Store) -> None:
    first = make_thin("e1")
    second = replace(first, entry=replace(first.entry, id="e2"))
    ask(store, first, second)

    assert ids(claim(store)) == ["e1"]


def test_claimed_page_is_not_claimed_again_until_its_lease_ends(store: Store) -> None:
    ask(store, make_thin("e1"))
    claim(store)

    assert claim(store, later=PAGE_LEASE - timedelta(seconds=1)) == []
    assert ids(claim(store, later=PAGE_LEASE)) == ["e1"]


def test_page_of_a_crashed_process_is_due_again(store: Store) -> None:
    ask(store, make_thin("e1"))
    (before,) = claim(store)

    store.call(reset_page_leases)

    (after,) = claim(store, later=PAGE_SPACING)
    assert after.lease_seq > before.lease_seq


def test_result_of_a_page_that_was_claimed_again_is_discarded(store: Store) -> None:
    ask(store, make_thin("e1"))
    (old,) = claim(store)
    (new,) = claim(store, later=PAGE_LEASE)

    assert store.call(complete_page, replace(old, outcome=PageOutcome.READ)) is False
    assert store.call(complete_page, replace(new, due_at=None, outcome=PageOutcome.READ)) is True


def test_near_misses_are_claimed_before_thin_entries(store: Store) -> None:
    ask(store, make_thin("e1"), make_thin("e2", NEAR))

    assert ids(claim(store, limit=1)) == ["e2"]


def test_host_gives_one_page_at_a_time(store: Store) -> None:
    ask(store, make_thin("e1", host="one.example"), make_thin("e2", host="one.example"))

    assert len(claim(store)) == 1
    assert claim(store, later=PAGE_SPACING - timedelta(seconds=1)) == []
    assert len(claim(store, later=PAGE_SPACING)) == 1


@pytest.mark.parametrize("budget", [{"per_host": 1}, {"per_hour": 1}])
def test_budget_of_an_hour_is_kept(store: Store, budget: dict[str, int]) -> None:
    ask(store, make_thin("e1", host="one.example"), make_thin("e2", host="one.example"))
    claim(store, **budget)

    assert claim(store, later=timedelta(minutes=2), **budget) == []
    assert ids(claim(store, later=timedelta(hours=1), limit=1, **budget)) != []


def test_busy_host_does_not_hold_back_another_host(store: Store) -> None:
    ask(store, *(make_thin(f"e{n}", host="one.example") for n in range(3)), make_thin("e9"))
    claim(store, per_host=1, limit=1)
    claim(store, per_host=1, limit=1, later=timedelta(minutes=1))

    pages = [store.call(page_of_entry, id_) for id_ in ("e9",)]
    assert [page.fetched_at is not None for page in pages if page] == [True]


def test_host_that_refused_a_page_is_left_alone(store: Store) -> None:
    ask(store, make_thin("e1", host="one.example"), make_thin("e2", host="one.example"))
    (page,) = claim(store)
    store.call(complete_page, replace(page, due_at=None, rest_until=NOW + HOST_REST))

    assert claim(store, later=HOST_REST - timedelta(minutes=1)) == []
    assert len(claim(store, later=HOST_REST)) == 1


@pytest.mark.parametrize("last", [PageOutcome.NO_TEXT, PageOutcome.READ])
def test_host_whose_pages_have_no_article_is_left_alone(store: Store, last: PageOutcome) -> None:
    count = USELESS_PAGES + 1
    ask(store, *(make_thin(f"e{nth}", host="one.example") for nth in range(count)))
    for nth in range(USELESS_PAGES):
        (page,) = claim(store, later=nth * PAGE_SPACING)
        outcome = last if nth + 1 == USELESS_PAGES else PageOutcome.NO_TEXT
        store.call(complete_page, replace(page, due_at=None, outcome=outcome))

    found = claim(store, later=count * PAGE_SPACING)

    assert len(found) == (last is PageOutcome.READ)


def test_text_that_the_budget_does_not_reach_is_given_up_visibly(store: Store) -> None:
    ask(store, make_thin("e1"))
    later = NOW + FULL_TEXT_WITHIN + timedelta(minutes=1)

    assert store.call(expire_pages, now=later) == 1

    page = store.call(page_of_entry, "e1")
    assert page is not None
    assert (page.due_at, page.outcome) == (None, PageOutcome.EXPIRED)


@pytest.mark.parametrize("is_redirected", [False, True])
def test_result_of_a_page_is_stored(store: Store, is_redirected: bool) -> None:
    ask(store, make_thin("e1"))
    (page,) = claim(store)
    after = replace(
        page,
        due_at=NOW + timedelta(hours=1),
        looks=1,
        outcome=PageOutcome.READ,
        detail="fine",
        validators=Validators(etag='"1"', host="e1.example", is_redirected=is_redirected),
        version=PageVersion(titles=("軍艦",), sentences=("Ships crossed.",), notes=("更正",)),
    )

    store.call(complete_page, after)

    assert store.call(page_of_entry, "e1") == after


def test_page_of_an_alert_is_watched_after_its_text_was_read(store: Store) -> None:
    ask(store, make_thin("e1"))
    (page,) = claim(store)
    store.call(complete_page, replace(page, due_at=None, version=PageVersion(titles=("A",))))

    ask_again(store, replace(make_thin("e1", WATCH), fold=make_fold()), later=timedelta(minutes=1))

    watched = store.call(page_of_entry, "e1")
    assert watched is not None
    assert (watched.task, watched.version) == (PageTask.EDITS, PageVersion(titles=("A",)))
    assert watched.due_at == NOW + timedelta(minutes=1) + EDIT_LOOKS[0]


def test_second_alert_of_a_page_does_not_prolong_its_watch(store: Store) -> None:
    ask(store, replace(make_thin("e1", WATCH), fold=make_fold()))

    ask_again(store, replace(make_thin("e1", WATCH), fold=make_fold()), later=timedelta(hours=1))

    page = store.call(page_of_entry, "e1")
    assert page is not None
    assert page.asked_at == NOW


def test_first_and_latest_pages_of_a_story_are_watched(store: Store) -> None:
    watched = [replace(make_thin(f"e{n}", WATCH), fold=make_fold()) for n in range(5)]
    ask(store, watched[0])
    for nth, planned in enumerate(watched[1:], 1):
        plan = make_plan(FEED, [planned], now=NOW + timedelta(minutes=nth))
        store.call(write_plan, replace(plan, alerts=(), deliveries=()))

    pages = [store.call(page_of_entry, f"e{n}") for n in range(5)]
    assert [page is not None and page.due_at is not None for page in pages] == [
        True,
        False,
        False,
        True,
        True,
    ]
    assert WATCHED_PAGES == 3


def test_pages_are_counted_by_outcome(store: Store) -> None:
    ask(store, make_thin("e1"), make_thin("e2"))
    page = claim(store, limit=1)[0]
    store.call(complete_page, replace(page, due_at=None, outcome=PageOutcome.ROBOTS))

    assert store.call(count_pages, since_at=NOW - timedelta(days=1)) == {"waiting": 1, "robots": 1}


def test_entry_keeps_the_mark_of_its_page_text(store: Store) -> None:
    ask(store, make_thin("e1"))
    entry = replace(make_thin("e1").entry, content="Text of the page.", has_page_text=True)

    ask_again(store, PlannedEntry(entry=entry, is_new=False))

    stored = store.call(stored_entry, "e1")
    assert stored is not None
    assert (stored.entry.content, stored.entry.has_page_text) == ("Text of the page.", True)
    assert stored.entry.text_hash == entry.text_hash
