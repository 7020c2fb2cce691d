from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from builders.store import (
    NOW,
    SEND_LEASE,
    claim,
    claimed_feed,
    make_alert,
    make_delivery,
    make_feed,
    make_fold,
    make_match,
    make_outlet,
    make_plan,
    make_planned,
    make_quiet_plan,
    make_story,
    make_unmatched,
)
from straitwatch.core.model import (
    Action,
    AlertKind,
    BlindCause,
    BlindWindow,
    Decision,
    DeliveryReason,
    DeliveryState,
    DigestItem,
    FeedState,
    NextStep,
    Outcome,
    Reason,
    Relation,
    Release,
    SendResult,
    Severity,
    StoryReport,
)
from straitwatch.store import (
    DigestQuery,
    Store,
    add_alert,
    apply_plan,
    apply_release,
    cancel_deliveries,
    claim_delivery,
    commentary_items,
    complete_polls,
    coverage,
    digest_items,
    find_entries,
    finish_attempt,
    get_meta,
    known_entries,
    last_digest_until,
    latest_entries,
    list_deliveries,
    new_entries_by_day,
    prune,
    prune_messages,
    prune_stories,
    record_digest,
    running_items,
    save_config,
    saved_config,
    set_meta,
    status_counts,
    sync_feeds,
)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def items(store: Store, **more: Any) -> list[DigestItem]:
    window = {"digest": "morning", "since_at": NOW - DAY, "until_at": NOW + DAY} | more
    return store.call(digest_items, DigestQuery(**window))


def test_small_fact_is_kept_and_replaced(store: Store) -> None:
    assert store.call(get_meta, "ema") is None

    store.call(set_meta, "ema", "0.3")
    store.call(set_meta, "ema", "0.4")

    assert store.call(get_meta, "ema") == "0.4"


def test_configuration_is_kept_once(store: Store) -> None:
    store.call(save_config, "v1", "timezone: UTC", NOW)
    store.call(save_config, "v1", "timezone: UTC", NOW + HOUR)

    saved = store.call(saved_config)
    assert saved is not None
    assert (saved.version, saved.saved_at) == ("v1", NOW)


def test_digest_lists_the_stories_of_its_window_most_severe_first(store: Store) -> None:
    entries = [
        make_planned("e1", fold=make_fold("s1")),
        make_planned("e2", fold=make_fold("s2")),
        make_planned("e3", fold=make_fold("s3"), decision=_decision(Action.DIGEST, Reason.LATE)),
        make_unmatched("e4"),
    ]
    stories = (
        make_story("s1", severity=Severity.NORMAL),
        make_story("s2", severity=Severity.CRITICAL),
        make_story("s3", severity=Severity.LOW, alerted_at=None, revision=0),
    )
    store.call(apply_plan, make_plan(claimed_feed(store), entries, stories=stories))

    found = items(store)

    assert [item.story_id for item in found] == ["s2", "s1", "s3"]
    assert [item.was_alerted for item in found] == [True, True, False]
    assert [item.is_late for item in found] == [False, False, True]
    assert (found[0].url, found[0].outlet) == ("https://news.example/e1", make_outlet())


def test_digest_shows_a_headline_in_the_language_of_the_desk(store: Store) -> None:
    russian, english = (
        StoryReport(
            outlet=replace(make_outlet(f"Outlet {language}"), language=language),
            title=title,
            url=f"https://{language}.example/1",
            seen_at=NOW,
        )
        for language, title in (("ru", "Корабли вышли из порта"), ("en", "Ships leave port"))
    )
    story = make_story(title=russian.title, reports=(russian, english))
    store.call(apply_plan, make_plan(claimed_feed(store), stories=(story,)))

    (shown,), (first,) = items(store, languages=["en"]), items(store)

    assert (shown.title, shown.original) == ("Ships leave port", "Корабли вышли из порта")
    assert (shown.url, shown.outlet.name) == ("https://en.example/1", "Outlet en")
    assert (first.title, first.original) == ("Корабли вышли из порта", "")


def test_commentary_and_roundups_are_listed_by_themselves_with_their_stories(store: Store) -> None:
    comment = _decision(Action.DIGEST, Reason.COMMENTARY)
    roundup = _decision(Action.DIGEST, Reason.ROUNDUP)
    entries = [
        make_planned("e1", fold=make_fold("s1")),
        make_planned("e2", fold=make_fold("s1"), decision=comment),
        make_planned("e3", fold=make_fold("s2"), decision=roundup),
    ]
    alone = make_story("s2", alerted_at=None, revision=0)
    stories = (make_story("s1", title="Ships leave port"), alone)
    store.call(apply_plan, make_plan(claimed_feed(store), entries, stories=stories))

    query = DigestQuery(digest="morning", since_at=NOW - DAY, until_at=NOW + DAY)
    found = store.call(commentary_items, query)
    others = store.call(commentary_items, replace(query, watchlists=["other"]))

    assert [(item.title, item.part_of) for item in found] == [
        ("Ships cross the strait (e2)", "Ships leave port"),
        ("Ships cross the strait (e3)", ""),
    ]
    assert others == []
    assert [item.story_id for item in items(store)] == ["s1"]


def test_commentary_that_was_held_back_is_listed_after_its_release(store: Store) -> None:
    held = make_planned("e1", fold=make_fold("s1"), decision=_decision(Action.NONE, Reason.REKEYED))
    store.call(apply_plan, make_plan(claimed_feed(store), [held], alerts=(), deliveries=()))
    release = Release(
        decisions={"e1": _decision(Action.DIGEST, Reason.COMMENTARY)},
        stories=(),
        alerts=(),
        deliveries=(),
        config_version="",
    )
    store.call(apply_release, release, now=NOW + DAY)

    query = DigestQuery(digest="morning", since_at=NOW - DAY, until_at=NOW + DAY)
    later = replace(query, since_at=query.until_at, until_at=NOW + 2 * DAY)

    assert store.call(commentary_items, query) == []
    assert [item.story_id for item in store.call(commentary_items, later)] == ["s1"]


def test_updates_and_more_outlets_of_a_story_that_was_in_a_digest_are_counted(store: Store) -> None:
    retelling = {"fold": make_fold("s1", relation=Relation.SAME_EVENT)}
    retelling["decision"] = _decision(Action.NONE, Reason.RETELLING)
    copy = retelling | {"fold": make_fold("s1", relation=Relation.SAME_ENTRY)}
    store.call(sync_feeds, [make_feed(feed) for feed in ("f1", "f2", "f3", "f4")], NOW)
    first, *others = sorted(claim(store), key=lambda state: state.feed_id)
    store.call(apply_plan, make_plan(first, [make_planned("e1")]))
    update = retelling | {"decision": _decision(Action.UPDATE, Reason.DEVELOPMENT)}
    for state, decided in zip(others, (retelling, update, copy), strict=True):
        planned = make_planned(f"e-{state.feed_id}", **decided)
        store.call(apply_plan, make_plan(state, [planned], now=NOW + HOUR))
    query = DigestQuery(digest="morning", since_at=NOW + HOUR, until_at=NOW + DAY)
    assert store.call(running_items, query) == []
    store.call(record_digest, "morning", since_at=NOW - DAY, until_at=NOW + HOUR, story_ids=["s1"])

    (item,) = store.call(running_items, query)

    assert (item.story_id, item.more_outlets, item.updates) == ("s1", 2, 1)
    assert (item.title, item.part_of) == ("Ships cross the strait (e-f3)", "Ships cross the strait")


def test_digest_leaves_out_the_entries_of_the_first_fetch(store: Store) -> None:
    silent = make_planned("e1", decision=_decision(Action.NONE, Reason.BASELINE))
    store.call(apply_plan, make_plan(claimed_feed(store), [silent]))

    assert items(store) == []


def test_digest_keeps_to_its_window_and_its_lists(store: Store) -> None:
    store.call(apply_plan, make_plan(claimed_feed(store)))

    assert items(store, until_at=NOW) == []
    assert len(items(store, since_at=NOW)) == 1
    assert items(store, watchlists=["china-russia-military"]) == []
    assert len(items(store, watchlists=["taiwan-policy", "other"])) == 1


def test_story_is_in_each_digest_once(store: Store) -> None:
    store.call(apply_plan, make_plan(claimed_feed(store)))
    done: dict[str, Any] = {"since_at": NOW - DAY, "until_at": NOW + HOUR, "story_ids": ["s1"]}

    assert store.call(record_digest, "morning", **done)
    assert not store.call(record_digest, "morning", **done)

    assert items(store) == []
    assert len(items(store, digest="evening")) == 1
    assert store.call(last_digest_until, "morning") == NOW + HOUR
    assert store.call(last_digest_until, "evening") is None


def test_coverage_counts_current_feeds_and_names_the_others(store: Store) -> None:
    feeds = [make_feed(f"f{number}") for number in range(5)]
    store.call(sync_feeds, [*feeds, make_feed("off", enabled=False)], NOW)
    claimed = {state.feed_id: state for state in claim(store)}
    good = _polled(claimed["f0"], last_ok_at=NOW, next_due_at=NOW + HOUR)
    overdue = _polled(claimed["f1"], last_ok_at=NOW, next_due_at=NOW - HOUR)
    stumbling = _polled(claimed["f2"], last_ok_at=NOW - HOUR, failures=1, last_outcome="timeout")
    silent = _polled(claimed["f3"], last_ok_at=NOW - 2 * DAY, failures=1, last_outcome="dns")
    store.call(complete_polls, [good, overdue, stumbling, silent])
    store.call(apply_plan, make_plan(claimed["f4"], [make_planned("e1"), make_unmatched("e2")]))

    facts = store.call(coverage, since_at=NOW - DAY, until_at=NOW + HOUR, now=NOW)

    assert (facts.feeds, facts.feeds_current, facts.feeds_late) == (5, 2, 2)
    assert facts.feeds_broken == ("Feed f3: dns",)
    assert (facts.entries_read, facts.matched) == (2, 1)
    assert (facts.pending, facts.dead_letters) == (1, 0)


def test_coverage_reports_how_long_a_feed_was_not_read(store: Store) -> None:
    claimed = claimed_feed(store)
    back_at = NOW + timedelta(hours=5)
    outage = BlindWindow(
        cause=BlindCause.OUTAGE, since_at=NOW + timedelta(hours=1), until_at=back_at
    )
    after = _polled(claimed, last_ok_at=back_at, blind=outage)
    store.call(complete_polls, [after])

    def longest(since_at: datetime, until_at: datetime) -> tuple[str, timedelta]:
        facts = store.call(coverage, since_at=since_at, until_at=until_at, now=until_at)
        return facts.blind_feed, facts.blind_for

    assert longest(NOW, NOW + DAY) == ("Feed f1", timedelta(hours=4))
    assert longest(NOW + timedelta(hours=4), NOW + DAY) == ("Feed f1", timedelta(hours=1))
    assert longest(back_at, NOW + DAY) == ("", timedelta(0))


def test_coverage_reports_a_continuing_gap(store: Store) -> None:
    claimed = claimed_feed(store)
    store.call(complete_polls, [_polled(claimed, last_ok_at=NOW, failures=2)])

    facts = store.call(coverage, since_at=NOW, until_at=NOW + DAY, now=NOW + DAY)

    assert (facts.blind_feed, facts.blind_for) == ("Feed f1", DAY)


def test_feed_that_has_never_been_read_is_not_called_current(store: Store) -> None:
    store.call(sync_feeds, [make_feed()], NOW)

    facts = store.call(coverage, since_at=NOW - DAY, until_at=NOW, now=NOW)

    assert (facts.feeds, facts.feeds_current, facts.feeds_late) == (1, 0, 1)


def test_status_counts_the_last_day_and_open_messages(store: Store) -> None:
    store.call(sync_feeds, [make_feed("f1"), make_feed("f2"), make_feed("f3")], NOW)
    claimed = {state.feed_id: state for state in claim(store)}
    failed = _polled(claimed["f2"], failures=4, last_outcome="timeout", last_detail="30 s")
    store.call(complete_polls, [failed])
    store.call(apply_plan, make_plan(claimed["f1"], [make_planned("e1"), make_unmatched("e2")]))
    store.call(add_alert, make_alert("a2", story_id="s2"), [make_delivery("d2", alert_id="a2")])
    first = store.call(claim_delivery, receiver="desk-slack", now=NOW, lease=SEND_LEASE, worker="w")
    assert first is not None
    sent = SendResult(outcome=Outcome.DELIVERED)
    done = NextStep(state=DeliveryState.DELIVERED, reason=DeliveryReason.DELIVERED)
    store.call(finish_attempt, first, sent, done, now=NOW)

    counts = store.call(status_counts, NOW + HOUR)

    assert (counts.feeds, counts.polled, counts.failed) == (3, 2, 1)
    assert (counts.entries_new, counts.stories_new) == (2, 1)
    assert (counts.alerts, counts.delivered, counts.pending, counts.dead) == (2, 1, 1, 0)
    assert [(one.name, one.outcome, one.failures) for one in counts.troubles] == [
        ("Feed f2", "timeout", 4)
    ]
    assert counts.stories == (make_story(),)
    assert (counts.last_polled_at, counts.oldest_pending_at) == (NOW, NOW)
    later = store.call(status_counts, NOW + 2 * DAY)
    assert (later.polled, later.entries_new, later.delivered, later.pending) == (0, 0, 0, 1)


def test_only_messages_about_stories_count_as_alerts(store: Store) -> None:
    canary = replace(make_alert(), kind=AlertKind.CANARY, story_id="")
    store.call(add_alert, canary, [make_delivery(alert_id=canary.id)])

    assert store.call(status_counts, NOW).alerts == 0


def test_old_entry_is_pruned_once_its_feed_no_longer_lists_it(store: Store) -> None:
    claimed = claimed_feed(store)
    store.call(apply_plan, make_quiet_plan(claimed, [make_unmatched("gone"), make_unmatched("on")]))
    later = NOW + 200 * DAY
    store.call(known_entries, ["on"], now=later)

    assert store.call(prune, now=later, entries_after=180 * DAY, limit=10) == 1

    assert set(store.call(known_entries, ["gone", "on"])) == {"on"}


def test_entries_are_kept_until_their_feed_is_read_again(store: Store) -> None:
    store.call(apply_plan, make_quiet_plan(claimed_feed(store), [make_unmatched("e1")]))

    assert store.call(prune, now=NOW + 900 * DAY, entries_after=180 * DAY, limit=10) == 0


def test_pruning_goes_in_small_steps_and_takes_matches_along(store: Store) -> None:
    claimed = claimed_feed(store)
    old = [make_planned(f"e{number}", matches=(make_match(),)) for number in range(5)]
    store.call(apply_plan, make_plan(claimed, [*old, make_unmatched("on")]))
    later = NOW + 200 * DAY
    store.call(known_entries, ["on"], now=later)

    steps = [store.call(prune, now=later, entries_after=180 * DAY, limit=2) for _ in range(4)]

    assert steps == [2, 2, 1, 0]
    assert len(store.call(latest_entries, 9)) == 1
    assert store.call(find_entries, "e0") == []


def test_old_sent_messages_are_pruned_and_waiting_ones_stay(store: Store) -> None:
    store.call(apply_plan, make_plan(claimed_feed(store)))
    later = NOW + 100 * DAY

    waiting = store.call(prune_messages, now=later, after=90 * DAY)
    store.call(cancel_deliveries, now=NOW, receiver="desk-slack")
    ended = store.call(prune_messages, now=later, after=90 * DAY)

    assert (waiting, ended) == (0, 1)
    assert store.call(list_deliveries) == []


def test_story_goes_with_its_last_report_and_alert(store: Store) -> None:
    store.call(apply_plan, make_plan(claimed_feed(store), deliveries=(), alerts=()))
    store.call(apply_plan, make_quiet_plan(claim(store, now=NOW + DAY)[0], [make_unmatched("on")]))
    later = NOW + 100 * DAY
    store.call(known_entries, ["on"], now=later)

    with_report = store.call(prune_stories, now=later, after=90 * DAY)
    store.call(prune, now=later, entries_after=90 * DAY)
    without = store.call(prune_stories, now=later, after=90 * DAY)

    assert (with_report, without) == (0, 1)


def test_entry_that_is_still_listed_is_noted_once_a_week(store: Store) -> None:
    store.call(apply_plan, make_quiet_plan(claimed_feed(store), [make_unmatched("e1")]))

    for day in range(0, 400, 5):
        now = NOW + day * DAY
        assert "e1" in store.call(known_entries, ["e1"], now=now)
        assert store.call(prune, now=now, entries_after=30 * DAY, limit=10) == 0


def _decision(action: Action, reason: Reason) -> Decision:
    return Decision(action=action, reason=reason)


def _polled(claimed: FeedState, **changes: Any) -> FeedState:
    values: dict[str, Any] = {
        "feed_id": claimed.feed_id,
        "lease_seq": claimed.lease_seq,
        "next_due_at": NOW + HOUR,
        "last_polled_at": NOW,
        "last_outcome": "ok",
    }
    return FeedState(**(values | changes))


def test_new_entries_are_counted_by_day_without_those_of_a_first_fetch(store: Store) -> None:
    claimed = claimed_feed(store)
    for days, ids in ((0, ("old1", "old2")), (1, ("a", "b")), (3, ("c",))):
        now, entries = NOW + days * DAY, [make_unmatched(id_) for id_ in ids]
        plan = make_plan(claimed, entries, now=now, alerts=(), deliveries=())
        plan = replace(plan, state=replace(plan.state, baseline_at=NOW))
        store.call(apply_plan, plan)
        (claimed,) = claim(store, now=now + DAY)

    starts = [NOW - HOUR + days * DAY for days in range(4)]

    assert store.call(new_entries_by_day, starts) == {"f1": (0, 2, 0, 1)}
