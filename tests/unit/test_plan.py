"""Planning a poll: what it changes, and for whom."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from math import inf

import pytest

from builders import (
    NOON,
    make_entry,
    make_feed,
    make_fold,
    make_match,
    make_route,
    make_story,
    seen_feed_state,
)
from straitwatch.core.cluster import StoryWindow
from straitwatch.core.decide import grow_story, silence_of
from straitwatch.core.match import Matcher, compile_rules
from straitwatch.core.model import (
    Action,
    AlertKind,
    AlertPolicy,
    Decision,
    DeliveryState,
    Entry,
    FeedState,
    Fetched,
    KnownEntry,
    NotModified,
    ParseProblem,
    Person,
    Plan,
    PollPolicy,
    QuietHours,
    ReadFeed,
    Reason,
    Relation,
    Report,
    Severity,
    SeverityRule,
    Silence,
    Sourced,
    Story,
    StoryFilter,
    Validators,
    WatchList,
)
from straitwatch.core.plan import (
    HeldReport,
    Release,
    Rules,
    Settlement,
    fold_entries,
    match_entries,
    plan_ingest,
    plan_release,
    rekeyed_document,
    rekeyed_entries,
)

STRAIT = WatchList(id="taiwan-policy", title="Taiwan policy", match=(Sourced(text="strait"),))
DRILL = WatchList(id="drills", title="Drills", match=(Sourced(text="drill"),))
FEED = make_feed()
NOW_LATER = NOON + timedelta(hours=60)


def compiled(*lists: WatchList) -> Matcher:
    matcher, problems = compile_rules({}, lists)
    assert matcher is not None, problems
    return matcher


def rules_for(*routes, lists=(STRAIT, DRILL), recipients=None, **policy) -> Rules:
    return Rules(
        matcher=compiled(*lists),
        policy=AlertPolicy(routes=routes or (make_route(),), **policy),
        titles={item.id: item.title for item in lists},
        recipients=recipients or {"desk-slack": ("",)},
        config_version="v1",
    )


def plan_for(
    *entries,
    rules=None,
    feed=FEED,
    state=None,
    known=None,
    stories=None,
    window=None,
    now=NOON,
    paces=None,
) -> Plan:
    rules = rules or rules_for()
    state = state or seen_feed_state(feed)
    read = ReadFeed(format="rss20", entries=entries)
    matched = match_entries(read, known or {}, feed=feed, state=state, rules=rules)
    folds = fold_entries(feed, matched, window=window or StoryWindow(), now=now)
    return plan_ingest(
        feed, state, matched, folds=folds, stories=stories or {}, rules=rules, now=now, paces=paces
    )


def test_a_matching_entry_becomes_story_alert_and_delivery_in_one_plan() -> None:
    plan = plan_for(make_entry("Ships cross the strait"))

    (story,) = plan.stories
    (alert,) = plan.alerts
    (delivery,) = plan.deliveries
    assert (story.revision, alert.story_id, delivery.alert_id) == (1, story.id, alert.id)
    assert plan.report.entries_new == plan.report.stories_new == plan.report.alerts == 1


def test_an_entry_that_matches_nothing_is_stored_and_nothing_else() -> None:
    plan = plan_for(make_entry("Rain in spring"))

    assert [planned.decision.reason for planned in plan.entries] == [Reason.NO_MATCH]
    assert (plan.stories, plan.alerts) == ((), ())


def test_a_known_entry_is_not_planned_again() -> None:
    entry = make_entry()
    known = {entry.id: KnownEntry(entry_id=entry.id, text_hash=entry.text_hash)}

    assert plan_for(entry, known=known).entries == ()


def test_an_edited_entry_that_now_matches_alerts() -> None:
    entry = make_entry("Ships cross the strait")
    known = {entry.id: KnownEntry(entry_id=entry.id, text_hash=b"before")}

    plan = plan_for(entry, known=known)

    assert plan.report.entries_new == 0
    assert [alert.facts.reason for alert in plan.alerts] == [Reason.NEW_STORY]


def test_two_outlets_with_one_headline_in_one_poll_raise_one_alert() -> None:
    first = make_entry("Fleet of twelve ships crosses the strait at dawn")
    second = replace(first, id="other", guid="other", url="", canonical_url="")

    plan = plan_for(first, second)

    assert len(plan.alerts) == 1
    assert plan.report.stories_new == 1


def test_the_first_sight_of_a_feed_says_nothing_and_is_recorded() -> None:
    plan = plan_for(make_entry(), state=FeedState(feed_id=FEED.id))

    assert plan.alerts == ()
    assert plan.state.baseline_at == NOON
    assert plan.report.is_baseline


def test_an_empty_first_document_is_no_baseline() -> None:
    assert plan_for(state=FeedState(feed_id=FEED.id)).state.baseline_at is None


def test_backfill_lets_young_entries_of_a_new_feed_through() -> None:
    young = make_entry("A ship in the strait", published_at=NOON - timedelta(hours=3))
    old = make_entry("Old drill ends", published_at=NOON - timedelta(hours=30))

    plan = plan_for(
        young,
        old,
        state=FeedState(feed_id=FEED.id),
        rules=rules_for(backfill=timedelta(hours=24)),
    )

    assert [alert.facts.title for alert in plan.alerts] == ["A ship in the strait"]


def test_each_recipient_gets_a_delivery_of_its_own() -> None:
    rules = rules_for(make_route(send=("mail",)), recipients={"mail": ("a@x.org", "b@x.org")})

    plan = plan_for(make_entry(), rules=rules)

    assert [delivery.recipient for delivery in plan.deliveries] == ["a@x.org", "b@x.org"]


def test_the_same_poll_planned_twice_has_the_same_ids() -> None:
    first, second = plan_for(make_entry()), plan_for(make_entry())

    assert first.deliveries[0].id == second.deliveries[0].id


def test_an_update_follows_the_first_message_to_the_same_place() -> None:
    window = StoryWindow()
    first = plan_for(make_entry("Ships cross the strait at dawn"), window=window)
    (story,) = first.stories
    again = make_entry("Ships cross the strait at dawn, drill begins")

    update = plan_for(again, feed=make_feed("Other Wire"), window=window, stories={story.id: story})

    (delivery,) = update.deliveries
    assert update.alerts[0].facts.reason is Reason.NEW_LIST
    assert delivery.parent_id == first.deliveries[0].id


def test_a_route_without_updates_gets_only_the_first_message() -> None:
    rules = rules_for(make_route(updates="off"))
    window = StoryWindow()
    first = plan_for(make_entry("Ships cross the strait at dawn"), window=window, rules=rules)
    (story,) = first.stories

    update = plan_for(
        make_entry("Ships cross the strait at dawn, drill begins"),
        feed=make_feed("Other Wire"),
        window=window,
        stories={story.id: story},
        rules=rules,
    )

    assert (update.alerts, update.deliveries) == ((), ())


def test_a_match_that_no_route_wants_goes_to_the_digest() -> None:
    plan = plan_for(make_entry(), rules=rules_for(make_route(watchlists=("drills",))))

    assert [planned.decision.reason for planned in plan.entries] == [Reason.NO_ROUTE]


@pytest.mark.parametrize(
    ("severity", "state"), [("normal", DeliveryState.HELD), ("high", DeliveryState.PENDING)]
)
def test_quiet_hours_hold_what_can_wait_and_pass_what_cannot(severity, state) -> None:
    loud = replace(STRAIT, severity=(SeverityRule(level=Severity(severity)),))
    night = QuietHours(
        name="night",
        days=tuple(range(7)),
        starts=time(11, 0),
        ends=time(14, 0),
        timezone="UTC",
        hold=(Severity.LOW, Severity.NORMAL),
    )
    rules = rules_for(make_route(quiet_hours="night"), lists=(loud,), quiet_hours=(night,))

    (delivery,) = plan_for(make_entry(), rules=rules).deliveries

    assert delivery.state is state


def test_a_group_wait_holds_the_message_that_long() -> None:
    rules = rules_for(make_route(group_wait=timedelta(minutes=1)))

    (delivery,) = plan_for(make_entry(), rules=rules).deliveries

    assert delivery.not_before == NOON + timedelta(minutes=1)


def test_half_a_document_is_a_baseline_too() -> None:
    state = FeedState(feed_id=FEED.id)
    read = ReadFeed(format="rss20", entries=(make_entry(),), problem=ParseProblem.TRUNCATED)
    rules = rules_for()
    matched = match_entries(read, {}, feed=FEED, state=state, rules=rules)
    folds = fold_entries(FEED, matched, window=StoryWindow(), now=NOON)

    plan = plan_ingest(FEED, state, matched, folds=folds, stories={}, rules=rules, now=NOON)

    assert plan.alerts == ()
    assert plan.state.baseline_at == NOON


def test_a_message_held_over_a_weekend_has_its_whole_term_left() -> None:
    rules = rules_for(make_route(group_wait=timedelta(hours=56)))

    (delivery,) = plan_for(make_entry(), rules=rules).deliveries

    assert delivery.give_up_at == NOON + timedelta(hours=56 + 24)


def test_a_poll_that_breaks_inside_shows_at_its_feed_and_slows_it_down() -> None:
    settle = Settlement(
        feed=FEED, state=seen_feed_state(FEED), policy=PollPolicy(), now=NOON, chance=0.5
    )

    after = settle.broken(ValueError("odd"))

    assert (after.failures, after.last_outcome) == (1, "error")
    assert after.last_detail == "ValueError: odd"
    assert after.next_due_at is not None
    assert after.next_due_at > NOON


def test_documents_that_are_cut_off_are_counted_until_one_is_whole() -> None:
    fetched = Fetched(
        url=FEED.url,
        status=200,
        body=b"",
        content_type="",
        validators=Validators(),
        body_hash=b"h",
    )
    cut = ReadFeed(format="rss20", problem=ParseProblem.TRUNCATED, detail="it ends early")
    state, counts = seen_feed_state(FEED), []
    for read in (cut, cut, cut, replace(cut, problem=None)):
        settle = Settlement(feed=FEED, state=state, policy=PollPolicy(), now=NOON, chance=0.5)
        state = settle.read(fetched, read)
        counts.append(state.failures)

    assert counts == [1, 2, 3, 0]


def test_failure_after_documents_that_were_cut_off_is_the_first() -> None:
    cut = replace(
        seen_feed_state(FEED),
        failures=40,
        last_outcome="truncated",
        last_ok_at=NOON,
        last_polled_at=NOON,
    )
    settle = Settlement(feed=FEED, state=cut, policy=PollPolicy(), now=NOON, chance=0.5)

    assert settle.broken(ValueError("odd")).failures == 1


@pytest.mark.parametrize(
    ("silent_for", "is_gap"), [(timedelta(minutes=45), False), (timedelta(minutes=46), True)]
)
def test_a_poll_that_ends_three_silent_rounds_says_since_when_nothing_was_read(
    silent_for, is_gap
) -> None:
    last = NOON - silent_for
    state = replace(seen_feed_state(FEED), last_ok_at=last)
    settle = Settlement(feed=FEED, state=state, policy=PollPolicy(), now=NOON, chance=0.5)

    after = settle.unchanged("not_modified", NotModified(validators=Validators()))

    assert after.blind_since == (last if is_gap else None)


def kept(plan: Plan) -> dict[str, Story]:
    return {story.id: story for story in plan.stories}


def make_silence(**values) -> Silence:
    return Silence(**({"until_at": NOON + timedelta(hours=4)} | values))


def test_what_a_silence_holds_stands_in_the_digest_and_alerts_nobody() -> None:
    plan = plan_for(make_entry(), rules=rules_for(silences=(make_silence(),)))

    assert plan.deliveries == ()
    assert [it.decision for it in plan.entries] == [
        Decision(action=Action.DIGEST, reason=Reason.SILENCED)
    ]


def test_a_silence_that_has_ended_holds_nothing() -> None:
    plan = plan_for(make_entry(), rules=rules_for(silences=(make_silence(until_at=NOON),)))

    assert len(plan.deliveries) == 1


def test_a_silence_for_one_list_leaves_the_others_heard() -> None:
    silence = make_silence(watchlists=("taiwan-policy",))

    plan = plan_for(
        make_entry("Drill: ships cross the strait"), rules=rules_for(silences=(silence,))
    )

    assert [delivery.watchlists for delivery in plan.deliveries] == [("drills",)]


def test_the_story_of_a_silenced_report_alerts_with_the_next_that_is_heard() -> None:
    window = StoryWindow()
    rules = rules_for(silences=(make_silence(tags=("sport",)),))
    sport = make_feed("Sport", tags=("sport",))
    first = plan_for(make_entry(), feed=sport, window=window, rules=rules)

    then = plan_for(
        make_entry(), feed=make_feed("Other"), window=window, stories=kept(first), rules=rules
    )

    assert [alert.kind for alert in then.alerts] == [AlertKind.NEW]


@pytest.mark.parametrize(("severities", "held"), [((), False), ((Severity.CRITICAL,), True)])
def test_a_silence_holds_critical_matches_only_where_it_names_them(severities, held) -> None:
    match = make_match(severity=Severity.CRITICAL)
    silence = make_silence(severities=severities)

    found = silence_of(match, make_feed(), make_entry(), [silence], now=NOON)

    assert (found is not None) is held


def test_somebody_whom_two_receivers_reach_gets_one_message_with_all_reasons() -> None:
    chen = Person(name="chen", receivers=("chen-slack", "chen-mail"))
    routes = (
        make_route("all", send=("chen-mail", "desk"), continues=True),
        make_route("drills", watchlists=("drills",), send=("chen-slack",)),
    )

    plan = plan_for(
        make_entry("Drill: ships cross the strait"), rules=rules_for(*routes, people=(chen,))
    )

    assert {it.receiver: (it.routes, it.watchlists) for it in plan.deliveries} == {
        "desk": (("all",), ("taiwan-policy", "drills")),
        "chen-slack": (("drills", "all"), ("drills", "taiwan-policy")),
    }


def test_an_update_reaches_a_person_where_the_story_began() -> None:
    window = StoryWindow()
    chen = Person(name="chen", receivers=("chen-slack", "chen-mail"))
    mail = make_route(send=("chen-mail",))
    both = make_route(send=("chen-slack", "chen-mail"))
    first = plan_for(make_entry(), window=window, rules=rules_for(mail, people=(chen,)))

    then = plan_for(
        make_entry(),
        feed=make_feed("Other"),
        window=window,
        stories=kept(first),
        rules=rules_for(both, people=(chen,), update_outlets=(2,)),
    )

    assert [(it.receiver, bool(it.parent_id)) for it in then.deliveries] == [("chen-mail", True)]


def test_an_alert_says_whose_reporting_it_is() -> None:
    plan = plan_for(make_entry("Ships cross the strait, Reuters reports"))

    assert plan.alerts[0].facts.origin == "Reuters"
    assert plan.stories[0].origins == ("Reuters",)


def test_what_a_silence_held_is_news_when_it_is_over() -> None:
    window = StoryWindow()
    title = "Ships cross the strait at dawn"
    first = plan_for(make_entry(title), window=window)
    silenced = rules_for(silences=(make_silence(watchlists=("drills",)),))
    held = plan_for(
        make_entry(f"{title}, drill begins"),
        feed=make_feed("Other"),
        window=window,
        stories=kept(first),
        rules=silenced,
    )

    later = plan_for(
        make_entry(f"{title}, drill goes on"),
        feed=make_feed("Third"),
        window=window,
        stories=kept(first) | kept(held),
    )

    assert held.deliveries == ()
    assert [alert.facts.reason for alert in later.alerts] == [Reason.NEW_LIST]


def test_an_alert_does_not_speak_of_the_lists_that_a_silence_holds() -> None:
    silence = make_silence(watchlists=("taiwan-policy",))

    plan = plan_for(
        make_entry("Drill: ships cross the strait"), rules=rules_for(silences=(silence,))
    )

    assert [note.watchlist for note in plan.alerts[0].facts.matches] == ["drills"]


def reissued(count: int) -> list[Entry]:
    return [
        make_entry(f"Ships cross strait number {n}", id=f"new-{n}", guid=f"new-{n}")
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("new", "familiar", "recognized"),
    [(10, 10, 10), (10, 8, 8), (10, 7, 0), (9, 9, 0), (87, 84, 84)],
)
def test_a_feed_has_new_ids_when_most_of_many_new_entries_are_familiar(
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


def test_entries_that_come_again_under_new_ids_alert_nobody() -> None:
    entries = reissued(10)
    rules = rules_for()
    state = seen_feed_state(FEED)
    matched = match_entries(
        ReadFeed(format="rss20", entries=tuple(entries)),
        {},
        feed=FEED,
        state=state,
        rules=rules,
        rekeyed=frozenset(entry.id for entry in entries),
    )
    folds = fold_entries(FEED, matched, window=StoryWindow(), now=NOON)

    plan = plan_ingest(FEED, state, matched, folds=folds, stories={}, rules=rules, now=NOON)

    assert plan.alerts == ()
    assert (plan.report.entries_new, plan.report.rekeyed) == (10, 10)


def release_into(story: Story) -> tuple[Entry, Release]:
    """Let out an entry that came again under a new id and belongs to a story."""
    (entry,) = reissued(1)
    fold = make_fold(Relation.SAME_ENTRY, story.id)
    held = HeldReport(entry=entry, matches=(make_match(),), fold=fold)
    return entry, plan_release(
        FEED, [held], stories={story.id: story}, rules=rules_for(), now=NOON + timedelta(hours=1)
    )


def test_what_is_released_alerts_where_nobody_was_told_of_the_story() -> None:
    entry, release = release_into(make_story(revision=0, alerted_at=None))

    assert [alert.kind for alert in release.alerts] == [AlertKind.NEW]
    assert release.decisions[entry.id].reason is Reason.NEW_STORY


def test_a_release_is_no_new_sight_of_a_story() -> None:
    _, release = release_into(make_story(revision=0, alerted_at=None))

    assert [story.last_seen_at for story in release.stories] == [NOON]


def test_what_is_released_does_not_tell_a_story_twice() -> None:
    entry, release = release_into(make_story(revision=1, outlets=(FEED.name,)))

    assert (release.alerts, release.stories) == ((), ())
    assert release.decisions[entry.id].reason is Reason.ALREADY_ALERTED


# ---------------------------------------------------------------- severity that asks of the story


def stream(
    outlets: int,
    *,
    every: timedelta = timedelta(hours=1),
    rules: Rules | None = None,
    pace: float = inf,
    late: timedelta = timedelta(),
    stances: tuple[str, ...] = (),
    summaries: tuple[str, ...] = (),
) -> Iterator[Plan]:
    """Let outlets report one event, one after the other."""
    window, stories = StoryWindow(), {}
    for n in range(outlets):
        feed, now = make_feed(f"Outlet {n}", stance=stances[n] if stances else ""), NOON + n * every
        entry = make_entry(
            "Fleet of twelve ships crosses the strait at dawn",
            id=f"e{n}",
            guid=f"e{n}",
            url=f"https://outlet{n}.example/1",
            canonical_url=f"outlet{n}.example/1",
            summary=summaries[n] if summaries else "",
            published_at=now - late,
        )
        plan = plan_for(
            entry,
            feed=feed,
            state=seen_feed_state(feed),
            window=window,
            stories=stories,
            now=now,
            rules=rules,
            paces={"taiwan-policy": pace},
        )
        stories |= {story.id: story for story in plan.stories}
        yield plan


def told_to(outlets: int, rules: Rules, *, stances: tuple[str, ...] = ()) -> list:
    """Let outlets report one event; return why something was said, and to whom."""
    return [
        (alert.facts.reason.value, [it.receiver for it in plan.deliveries])
        for plan in stream(outlets, rules=rules, stances=stances)
        for alert in plan.alerts
    ]


def as_told(story: Story) -> dict:
    """Return a window and stories in which a story of `tell` stands."""
    window = StoryWindow()
    report = Report(entry_id="e0", title=story.title, seen_at=NOON, watchlists=("taiwan-policy",))
    window.add(report, make_fold(story_id=story.id))
    return {"window": window, "stories": {story.id: story}}


def asking(*lines: SeverityRule) -> Rules:
    return rules_for(lists=(replace(STRAIT, severity=lines),))


def test_a_line_of_severity_may_wait_for_a_second_origin() -> None:
    confirmed = SeverityRule(level=Severity.HIGH, story=StoryFilter(min_origins=2))

    alerts, story = tell(2, every=timedelta(hours=1), rules=asking(confirmed))

    assert [alert.severity for alert in alerts] == [Severity.NORMAL, Severity.HIGH]
    assert alerts[-1].facts.reason is Reason.HIGHER_SEVERITY
    assert story.severity is Severity.HIGH


def test_a_line_that_one_report_left_to_its_story_holds_with_another_one() -> None:
    line = SeverityRule(
        level=Severity.HIGH, when=Sourced(text="missile"), story=StoryFilter(min_origins=2)
    )
    plans = stream(2, rules=asking(line), summaries=("A missile was seen.", ""))
    said = [(it.severity, it.facts.reason) for plan in plans for it in plan.alerts]

    assert said == [
        (Severity.NORMAL, Reason.NEW_STORY),
        (Severity.HIGH, Reason.HIGHER_SEVERITY),
    ]


def test_the_severity_with_its_story_is_the_one_that_is_stored() -> None:
    confirmed = SeverityRule(level=Severity.HIGH, story=StoryFilter(min_origins=1))

    (planned,) = plan_for(make_entry("Ships cross the strait"), rules=asking(confirmed)).entries

    assert [match.severity for match in planned.matches] == [Severity.HIGH]


def test_what_only_state_media_has_may_weigh_less() -> None:
    rules = asking(
        SeverityRule(level=Severity.LOW, story=StoryFilter(state_only=True)),
        SeverityRule(level=Severity.HIGH),
    )
    entry = make_entry("Ships cross the strait")

    quiet = plan_for(entry, rules=rules, feed=make_feed(stance="state"))
    loud = plan_for(entry, rules=rules, feed=make_feed(stance="independent"))

    assert quiet.alerts[0].severity is Severity.LOW
    assert loud.alerts[0].severity is Severity.HIGH


@pytest.mark.parametrize("how", ["late", "baseline"])
def test_a_second_source_that_is_said_nowhere_does_not_use_up_the_rise(how: str) -> None:
    rules = asking(SeverityRule(level=Severity.HIGH, story=StoryFilter(min_origins=2)))
    _, story = tell(1, every=timedelta(), rules=rules)
    late = make_entry(
        "Fleet of twelve ships crosses the strait at dawn",
        id="quiet",
        published_at=NOON - timedelta(days=9 if how == "late" else 0),
    )
    feed = make_feed("Quiet")
    state = seen_feed_state(feed) if how == "late" else FeedState(feed_id=feed.id)
    plan = plan_for(late, rules=rules, feed=feed, state=state, **as_told(story))

    assert plan.alerts == ()
    assert [it.severity for it in plan.stories] == [Severity.NORMAL]


def test_a_route_that_waits_for_a_second_source_is_told_when_it_comes() -> None:
    director = make_route("director", send=("boss",), story=StoryFilter(min_origins=2))
    routes = (replace(director, continues=True), make_route())
    places = {"boss": ("",), "desk-slack": ("",)}

    deliveries = told_to(2, rules_for(*routes, recipients=places))

    assert deliveries == [("new_story", ["desk-slack"]), ("new_route", ["boss"])]


def test_the_desk_hears_of_it_when_no_longer_only_state_media_has_it() -> None:
    watch = make_route("propaganda", send=("watch",), story=StoryFilter(state_only=True))
    rules = rules_for(watch, make_route(), recipients={"watch": ("",), "desk-slack": ("",)})

    deliveries = told_to(2, rules, stances=("state", "independent"))

    assert deliveries == [("new_story", ["watch"]), ("new_route", ["desk-slack"])]


def test_a_route_that_was_told_hears_nothing_more_by_that() -> None:
    director = make_route("director", send=("boss",), story=StoryFilter(min_origins=2))
    rules = rules_for(
        replace(director, continues=True),
        make_route(),
        recipients={"boss": ("",), "desk-slack": ("",)},
        update_outlets=(),
    )

    assert [reason for reason, _ in told_to(5, rules)] == ["new_story", "new_route"]


def test_a_line_whose_words_are_not_there_does_not_wait() -> None:
    lines = (
        SeverityRule(
            level=Severity.CRITICAL,
            when=Sourced(text="missile"),
            story=StoryFilter(min_origins=1),
        ),
    )

    plan = plan_for(make_entry("Ships cross the strait"), rules=asking(*lines))

    assert plan.alerts[0].severity is Severity.NORMAL


# ---------------------------------------------------------------- breaking


def tell(outlets: int, *, every: timedelta, pace: float = 0.1, rules=None, late=timedelta()):
    """Let outlets report one event; return what was said, and the story."""
    plans = list(stream(outlets, every=every, pace=pace, rules=rules, late=late))
    (story,) = {story.id: story for plan in plans for story in plan.stories}.values()
    return [alert for plan in plans for alert in plan.alerts], story


def test_four_origins_within_an_hour_break_the_story_and_raise_its_severity() -> None:
    alerts, story = tell(4, every=timedelta(minutes=15))

    assert alerts[-1].facts.reason is Reason.BREAKING
    assert alerts[-1].severity is alerts[0].severity.raised
    assert story.is_breaking


def test_a_story_breaks_once() -> None:
    alerts, story = tell(9, every=timedelta(minutes=5))

    assert [alert.facts.reason for alert in alerts].count(Reason.BREAKING) == 1
    assert story.severity is alerts[0].severity.raised


def test_four_origins_in_a_day_break_nothing() -> None:
    _, story = tell(4, every=timedelta(hours=6))

    assert not story.is_breaking


def test_a_busy_list_needs_three_times_its_pace() -> None:
    assert not tell(8, every=timedelta(minutes=5), pace=3)[1].is_breaking
    assert tell(9, every=timedelta(minutes=5), pace=3)[1].is_breaking


def test_a_very_busy_list_breaks_with_more_outlets_than_a_story_lists() -> None:
    assert not tell(17, every=timedelta(minutes=2), pace=6)[1].is_breaking
    assert tell(18, every=timedelta(minutes=2), pace=6)[1].is_breaking


def test_an_old_story_breaks_when_it_is_taken_up_again() -> None:
    _, story = tell(14, every=timedelta(hours=4))

    for n in range(4):
        story = grow_story(
            story,
            make_fold(Relation.SAME_EVENT, story.id),
            make_entry("Fleet crosses the strait", published_at=NOW_LATER),
            [make_match()],
            feed=make_feed(f"Late outlet {n}"),
            now=NOW_LATER + n * timedelta(minutes=10),
            pace=0.1,
        )

    assert story.is_breaking


def test_a_copy_that_was_published_earlier_does_not_make_its_origin_older() -> None:
    _, story = tell(1, every=timedelta())

    later = grow_story(
        story,
        make_fold(Relation.SAME_EVENT, story.id),
        make_entry("Fleet crosses the strait", published_at=NOON - timedelta(minutes=50)),
        [make_match()],
        feed=make_feed("Copyist"),
        origin="Outlet 0",
        now=NOON + timedelta(minutes=5),
    )

    assert later.recent == (("Outlet 0", NOON),)


def test_what_was_heard_hours_ago_breaks_nothing_later() -> None:
    _, story = tell(8, every=timedelta(minutes=5), pace=3)

    later = grow_story(
        story,
        make_fold(Relation.SAME_ENTRY, story.id),
        make_entry("Fleet crosses the strait"),
        [make_match()],
        feed=make_feed("Outlet 0"),
        now=NOON + timedelta(hours=5),
        pace=0.1,
    )

    assert not later.is_breaking


def test_old_reports_that_arrive_together_break_nothing() -> None:
    _, story = tell(5, every=timedelta(minutes=1), late=timedelta(hours=5))

    assert not story.is_breaking


def test_a_story_that_breaks_reaches_those_who_want_high_severity_alone() -> None:
    rules = rules_for(make_route(severities=(Severity.HIGH,)), lists=(STRAIT,))

    three, _ = tell(3, every=timedelta(minutes=10), rules=rules)
    four, _ = tell(4, every=timedelta(minutes=10), rules=rules)

    assert (three, [alert.severity for alert in four]) == ([], [Severity.HIGH])
