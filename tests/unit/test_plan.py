"""The plan of a poll: its changes and messages."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from math import inf

import pytest

from builders import (
    NOON,
    make_arrival,
    make_entry,
    make_feed,
    make_fold,
    make_match,
    make_route,
    make_story,
    poll_of,
    report_of,
    seen_feed_state,
)
from builders.beat import BEAT
from straitwatch.core.cluster import StoryWindow
from straitwatch.core.match import Matcher, compile_rules
from straitwatch.core.model import (
    Action,
    AlertKind,
    AlertPolicy,
    Decision,
    DeliveryState,
    Entry,
    Features,
    FeedState,
    KnownEntry,
    Person,
    Plan,
    Poll,
    QuietHours,
    Reason,
    Relation,
    Release,
    Report,
    Severity,
    SeverityRule,
    Silence,
    Sourced,
    Story,
    StoryFilter,
    WatchList,
)
from straitwatch.core.plan import PollContext, plan_poll, plan_release
from straitwatch.core.report import split_poll
from straitwatch.core.route import silence_of
from straitwatch.core.rules import Rules
from straitwatch.core.story import add_sources, raise_severity

STRAIT = WatchList(id="taiwan-policy", title="Taiwan policy", match=(Sourced(text="strait"),))
DRILL = WatchList(id="drills", title="Drills", match=(Sourced(text="drill"),))
FEED = make_feed()
NOW_LATER = NOON + timedelta(hours=60)
NO_RATES: dict[str, float] = {}  # no list is known, so no story breaks


def compiled(*lists: WatchList) -> Matcher:
    matcher, problems = compile_rules({}, lists)
    assert matcher is not None, problems
    return matcher


def rules_for(*routes, lists=(STRAIT, DRILL), recipients=None, **policy) -> Rules:
    return Rules(
        beat=BEAT,
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
    rates=NO_RATES,
    rekeyed=frozenset(),
) -> Plan:
    rules = rules or rules_for()
    arrival = make_arrival(
        feed,
        state=state or seen_feed_state(feed),
        seen_at=now,
        known=known or {},
        rekeyed=rekeyed,
    )
    context = PollContext(
        window=window or StoryWindow(BEAT.lexicon),
        stories=stories or {},
        known=known or {},
        report_rates=rates,
    )
    return plan_poll(poll_of(*entries, arrival=arrival, rules=rules), context, rules)


def test_matching_entry_becomes_story_alert_and_delivery_in_one_plan() -> None:
    plan = plan_for(make_entry("Ships cross the strait"))

    (story,) = plan.stories
    (alert,) = plan.alerts
    (delivery,) = plan.deliveries
    assert (story.revision, alert.story_id, delivery.alert_id) == (1, story.id, alert.id)
    assert plan.report.entries_new == plan.report.stories_new == plan.report.alerts == 1


def test_unmatched_entry_is_only_stored() -> None:
    plan = plan_for(make_entry("Rain in spring"))

    assert [planned.decision.reason for planned in plan.entries] == [Reason.NO_MATCH]
    assert (plan.stories, plan.alerts) == ((), ())


def test_known_entry_is_not_planned_again() -> None:
    entry = make_entry()
    known = {entry.id: KnownEntry(entry_id=entry.id, text_hash=entry.text_hash)}

    assert plan_for(entry, known=known).entries == ()


def test_edited_entry_that_now_matches_alerts() -> None:
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


def test_first_fetch_of_a_feed_is_recorded_without_alerts() -> None:
    plan = plan_for(make_entry(), state=FeedState(feed_id=FEED.id))

    assert plan.alerts == ()
    assert [planned.decision.reason for planned in plan.entries] == [Reason.BASELINE]
    assert plan.report.is_baseline


def test_backfill_sends_recent_entries_of_a_new_feed() -> None:
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


def test_same_poll_planned_twice_has_the_same_ids() -> None:
    first, second = plan_for(make_entry()), plan_for(make_entry())

    assert first.deliveries[0].id == second.deliveries[0].id


def test_update_follows_the_first_message_to_the_same_place() -> None:
    window = StoryWindow(BEAT.lexicon)
    first = plan_for(make_entry("Ships cross the strait at dawn"), window=window)
    (story,) = first.stories
    again = make_entry("Ships cross the strait at dawn, drill begins")

    update = plan_for(again, feed=make_feed("Other Wire"), window=window, stories={story.id: story})

    (delivery,) = update.deliveries
    assert update.alerts[0].facts.reason is Reason.NEW_LIST
    assert delivery.parent_id == first.deliveries[0].id


def test_route_without_updates_gets_only_the_first_message() -> None:
    rules = rules_for(make_route(updates="off"))
    window = StoryWindow(BEAT.lexicon)
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


def test_match_without_a_route_goes_to_the_digest() -> None:
    plan = plan_for(make_entry(), rules=rules_for(make_route(watchlists=("drills",))))

    assert [planned.decision.reason for planned in plan.entries] == [Reason.NO_ROUTE]


@pytest.mark.parametrize(
    ("severity", "state"), [("normal", DeliveryState.HELD), ("high", DeliveryState.PENDING)]
)
def test_quiet_hours_hold_messages_except_critical_ones(severity, state) -> None:
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


def test_group_wait_holds_the_message_that_long() -> None:
    rules = rules_for(make_route(group_wait=timedelta(minutes=1)))

    (delivery,) = plan_for(make_entry(), rules=rules).deliveries

    assert delivery.not_before == NOON + timedelta(minutes=1)


def test_message_held_over_a_weekend_has_its_whole_term_left() -> None:
    rules = rules_for(make_route(group_wait=timedelta(hours=56)))

    (delivery,) = plan_for(make_entry(), rules=rules).deliveries

    assert delivery.give_up_at == NOON + timedelta(hours=56 + 24)


def kept(plan: Plan) -> dict[str, Story]:
    return {story.id: story for story in plan.stories}


def make_silence(**values) -> Silence:
    return Silence(**({"until_at": NOON + timedelta(hours=4)} | values))


def test_silenced_report_is_in_the_digest_and_sends_no_alert() -> None:
    plan = plan_for(make_entry(), rules=rules_for(silences=(make_silence(),)))

    assert plan.deliveries == ()
    assert [entry.decision for entry in plan.entries] == [
        Decision(action=Action.DIGEST, reason=Reason.SILENCED)
    ]


def test_silence_that_has_ended_holds_no_report() -> None:
    plan = plan_for(make_entry(), rules=rules_for(silences=(make_silence(until_at=NOON),)))

    assert len(plan.deliveries) == 1


def test_silence_for_one_list_does_not_affect_the_others() -> None:
    silence = make_silence(watchlists=("taiwan-policy",))

    plan = plan_for(
        make_entry("Drill: ships cross the strait"), rules=rules_for(silences=(silence,))
    )

    assert [delivery.watchlists for delivery in plan.deliveries] == [("drills",)]


def test_story_of_a_silenced_report_alerts_with_the_next_that_is_heard() -> None:
    window = StoryWindow(BEAT.lexicon)
    rules = rules_for(silences=(make_silence(tags=("sport",)),))
    sport = make_feed("Sport", tags=("sport",))
    first = plan_for(make_entry(), feed=sport, window=window, rules=rules)

    then = plan_for(
        make_entry(), feed=make_feed("Other"), window=window, stories=kept(first), rules=rules
    )

    assert [alert.kind for alert in then.alerts] == [AlertKind.NEW]


@pytest.mark.parametrize(("severities", "held"), [((), False), ((Severity.CRITICAL,), True)])
def test_silence_holds_critical_matches_only_where_it_names_them(severities, held) -> None:
    match = make_match(severity=Severity.CRITICAL)
    silence = make_silence(severities=severities)

    found = silence_of(match, report_of(), [silence])

    assert (found is not None) is held


@pytest.mark.parametrize(("story_id", "is_held"), [("story-1", True), ("story-2", False)])
def test_mute_holds_the_reports_of_its_story_only(story_id, is_held) -> None:
    silence = make_silence(stories=("story-1",), severities=())

    found = silence_of(make_match(), report_of(), [silence], story_id=story_id)

    assert (found is not None) is is_held


def test_person_with_two_receivers_gets_one_message_with_all_reasons() -> None:
    chen = Person(name="chen", receivers=("chen-slack", "chen-mail"))
    routes = (
        make_route("all", send=("chen-mail", "desk"), continues=True),
        make_route("drills", watchlists=("drills",), send=("chen-slack",)),
    )

    plan = plan_for(
        make_entry("Drill: ships cross the strait"), rules=rules_for(*routes, people=(chen,))
    )

    assert {
        delivery.receiver: (delivery.routes, delivery.watchlists) for delivery in plan.deliveries
    } == {
        "desk": (("all",), ("taiwan-policy", "drills")),
        "chen-slack": (("drills", "all"), ("drills", "taiwan-policy")),
    }


def test_update_reaches_a_person_where_the_story_began() -> None:
    window = StoryWindow(BEAT.lexicon)
    chen = Person(name="chen", receivers=("chen-slack", "chen-mail"))
    mail = make_route(send=("chen-mail",))
    both = make_route(send=("chen-slack", "chen-mail"))
    first = plan_for(make_entry(), window=window, rules=rules_for(mail, people=(chen,)))

    then = plan_for(
        make_entry("Ships cross the strait, MND: frigates deployed"),
        feed=make_feed("Other"),
        window=window,
        stories=kept(first),
        rules=rules_for(both, people=(chen,)),
    )

    assert [(delivery.receiver, bool(delivery.parent_id)) for delivery in then.deliveries] == [
        ("chen-mail", True)
    ]


def test_alert_names_the_origin() -> None:
    plan = plan_for(make_entry("Ships cross the strait, Reuters reports"))

    assert plan.alerts[0].facts.origin == "Reuters"
    assert plan.stories[0].origins == ("Reuters",)


def test_silenced_report_is_news_after_the_silence() -> None:
    window = StoryWindow(BEAT.lexicon)
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


def test_alert_does_not_speak_of_the_lists_that_a_silence_holds() -> None:
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


def test_known_entries_under_new_ids_send_no_alert() -> None:
    entries = reissued(10)

    plan = plan_for(*entries, rekeyed=frozenset(entry.id for entry in entries))

    assert plan.alerts == ()
    assert (plan.report.entries_new, plan.report.rekeyed) == (10, 10)


def release_into(story: Story) -> tuple[Entry, Release]:
    """Release an entry that returned under a new id and belongs to a story."""
    (entry,) = reissued(1)
    fold = make_fold(Relation.SAME_ENTRY, story.id)
    report = report_of(entry, feed=FEED, now=NOON + timedelta(hours=1))
    context = PollContext(window=StoryWindow(BEAT.lexicon), stories={story.id: story})
    return entry, plan_release([(report, fold)], context, rules_for())


def test_released_report_alerts_receivers_without_the_story() -> None:
    entry, release = release_into(make_story(revision=0, alerted_at=None))

    assert [alert.kind for alert in release.alerts] == [AlertKind.NEW]
    assert release.decisions[entry.id].reason is Reason.NEW_STORY


def test_release_does_not_change_when_a_story_was_seen() -> None:
    _, release = release_into(make_story(revision=0, alerted_at=None))

    assert [story.last_seen_at for story in release.stories] == [NOON]


def test_released_report_does_not_repeat_a_story() -> None:
    entry, release = release_into(make_story(revision=1, outlets=(FEED.name,)))

    assert (release.alerts, release.stories) == ((), ())
    assert release.decisions[entry.id].reason is Reason.RETELLING


def test_held_reports_of_one_event_are_released_as_one_alert() -> None:
    story, window = (
        make_story(revision=0, alerted_at=None, sent_severity=None),
        StoryWindow(BEAT.lexicon),
    )
    texts = ("Japan detains a crew in the strait", "Crew in the strait is detained by Japan")
    held = [
        (report_of(make_entry(text, id=text), feed=FEED), make_fold(relation))
        for text, relation in zip(texts, (Relation.NEW, Relation.SAME_EVENT), strict=True)
    ]
    for report, fold in held:
        window.add(report.features, fold, is_sent=False)

    release = plan_release(
        [
            (report, replace(fold, novelty=window.novelty(report.features, story.id)))
            for report, fold in held
        ],
        PollContext(window=window, stories={story.id: story}),
        rules_for(),
    )

    assert [decision.reason for decision in release.decisions.values()] == [
        Reason.NEW_STORY,
        Reason.RETELLING,
    ]


def test_reports_of_one_poll_see_the_stories_of_those_before_them() -> None:
    window = StoryWindow(BEAT.lexicon)
    first = make_entry("Fleet of twelve ships crosses the strait at dawn")
    again = make_entry("Fleet of twelve ships crosses the strait at dawn today")

    plan = plan_for(first, again, window=window)

    assert [planned.decision.reason for planned in plan.entries] == [
        Reason.NEW_STORY,
        Reason.RETELLING,
    ]


def test_long_poll_is_planned_in_parts_that_say_the_same() -> None:
    entries = [*reissued(5), make_entry("Rain in spring")]
    rules, window, stories = rules_for(), StoryWindow(BEAT.lexicon), dict[str, Story]()
    poll = poll_of(*entries, arrival=make_arrival(FEED), rules=rules)
    whole = plan_for(*entries)

    plans = []
    rest: Poll | None = poll
    while rest is not None:
        part, rest = split_poll(rest, 2)
        context = PollContext(window=window, stories=stories, report_rates=NO_RATES)
        plans.append(plan_poll(part, context, rules))
        stories |= kept(plans[-1])

    assert [len(plan.entries) for plan in plans] == [2, 2, 2]
    assert [plan.is_last for plan in plans] == [False, False, True]
    assert tuple(planned for plan in plans for planned in plan.entries) == whole.entries
    assert tuple(alert for plan in plans for alert in plan.alerts) == whole.alerts


# ---------------------------------------------------------------- severity that asks of the story


def stream(
    outlets: int,
    *,
    every: timedelta = timedelta(hours=1),
    rules: Rules | None = None,
    rate: float = inf,
    late: timedelta = timedelta(),
    stances: tuple[str, ...] = (),
    summaries: tuple[str, ...] = (),
) -> Iterator[Plan]:
    """Report one event by several outlets, one after the other."""
    window, stories = StoryWindow(BEAT.lexicon), {}
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
            rates={"taiwan-policy": rate},
        )
        stories |= {story.id: story for story in plan.stories}
        yield plan


def told_to(outlets: int, rules: Rules, *, stances: tuple[str, ...] = ()) -> list:
    """Report one event by several outlets; return the reasons and receivers of alerts."""
    return [
        (alert.facts.reason.value, [delivery.receiver for delivery in plan.deliveries])
        for plan in stream(outlets, rules=rules, stances=stances)
        for alert in plan.alerts
    ]


def as_told(story: Story) -> dict:
    """Return a window and stories with a story of `report_event`."""
    window = StoryWindow(BEAT.lexicon)
    features = Features(
        entry_id="e0", title=story.title, seen_at=NOON, watchlists=("taiwan-policy",)
    )
    window.add(features, make_fold(story_id=story.id))
    return {"window": window, "stories": {story.id: story}}


def asking(*lines: SeverityRule) -> Rules:
    return rules_for(lists=(replace(STRAIT, severity=lines),))


def test_line_of_severity_may_wait_for_a_second_origin() -> None:
    confirmed = SeverityRule(level=Severity.HIGH, story=StoryFilter(min_origins=2))

    alerts, story = report_event(2, every=timedelta(hours=1), rules=asking(confirmed))

    assert [alert.severity for alert in alerts] == [Severity.NORMAL, Severity.HIGH]
    assert alerts[-1].facts.reason is Reason.HIGHER_SEVERITY
    assert story.severity is Severity.HIGH


def test_line_that_one_report_left_to_its_story_holds_with_another_one() -> None:
    line = SeverityRule(
        level=Severity.HIGH, when=Sourced(text="missile"), story=StoryFilter(min_origins=2)
    )
    plans = stream(2, rules=asking(line), summaries=("A missile was seen.", ""))
    said = [(alert.severity, alert.facts.reason) for plan in plans for alert in plan.alerts]

    assert said == [
        (Severity.NORMAL, Reason.NEW_STORY),
        (Severity.HIGH, Reason.HIGHER_SEVERITY),
    ]


def test_severity_with_its_story_is_the_one_that_is_stored() -> None:
    confirmed = SeverityRule(level=Severity.HIGH, story=StoryFilter(min_origins=1))

    (planned,) = plan_for(make_entry("Ships cross the strait"), rules=asking(confirmed)).entries

    assert [match.severity for match in planned.matches] == [Severity.HIGH]


def test_story_of_state_media_only_may_weigh_less() -> None:
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
def test_second_source_that_is_said_nowhere_does_not_use_up_the_rise(how: str) -> None:
    rules = asking(SeverityRule(level=Severity.HIGH, story=StoryFilter(min_origins=2)))
    _, story = report_event(1, every=timedelta(), rules=rules)
    late = make_entry(
        "Fleet of twelve ships crosses the strait at dawn",
        id="quiet",
        published_at=NOON - timedelta(days=9 if how == "late" else 0),
    )
    feed = make_feed("Quiet")
    state = seen_feed_state(feed) if how == "late" else FeedState(feed_id=feed.id)
    plan = plan_for(late, rules=rules, feed=feed, state=state, **as_told(story))

    assert plan.alerts == ()
    assert [story.severity for story in plan.stories] == [Severity.NORMAL]


def test_route_that_waits_for_a_second_source_gets_the_alert_with_it() -> None:
    director = make_route("director", send=("boss",), story=StoryFilter(min_origins=2))
    routes = (replace(director, continues=True), make_route())
    places = {"boss": ("",), "desk-slack": ("",)}

    deliveries = told_to(2, rules_for(*routes, recipients=places))

    assert deliveries == [("new_story", ["desk-slack"]), ("new_route", ["boss"])]


def test_desk_gets_an_update_once_other_media_report_a_state_media_story() -> None:
    watch = make_route("propaganda", send=("watch",), story=StoryFilter(state_only=True))
    rules = rules_for(watch, make_route(), recipients={"watch": ("",), "desk-slack": ("",)})

    deliveries = told_to(2, rules, stances=("state", "independent"))

    assert deliveries == [("new_story", ["watch"]), ("new_route", ["desk-slack"])]


def test_alerted_route_gets_no_second_alert_for_a_second_source() -> None:
    director = make_route("director", send=("boss",), story=StoryFilter(min_origins=2))
    rules = rules_for(
        replace(director, continues=True),
        make_route(),
        recipients={"boss": ("",), "desk-slack": ("",)},
    )

    assert [reason for reason, _ in told_to(5, rules)] == ["new_story", "new_route"]


def test_line_without_its_words_does_not_wait() -> None:
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


def report_event(
    outlets: int, *, every: timedelta, rate: float = 0.1, rules=None, late=timedelta()
):
    """Report one event by several outlets; return the alerts and the story."""
    plans = list(stream(outlets, every=every, rate=rate, rules=rules, late=late))
    (story,) = {story.id: story for plan in plans for story in plan.stories}.values()
    return [alert for plan in plans for alert in plan.alerts], story


def test_four_origins_within_an_hour_break_the_story_and_raise_its_severity() -> None:
    alerts, story = report_event(4, every=timedelta(minutes=15))

    assert alerts[-1].facts.reason is Reason.BREAKING
    assert alerts[-1].severity is alerts[0].severity.raised
    assert story.is_breaking


def test_story_breaks_once() -> None:
    alerts, story = report_event(9, every=timedelta(minutes=5))

    assert [alert.facts.reason for alert in alerts].count(Reason.BREAKING) == 1
    assert story.severity is alerts[0].severity.raised


def test_four_origins_in_a_day_are_not_breaking() -> None:
    _, story = report_event(4, every=timedelta(hours=6))

    assert not story.is_breaking


def test_busy_list_needs_three_times_its_pace() -> None:
    assert not report_event(8, every=timedelta(minutes=5), rate=3)[1].is_breaking
    assert report_event(9, every=timedelta(minutes=5), rate=3)[1].is_breaking


def test_very_busy_list_breaks_with_more_outlets_than_a_story_lists() -> None:
    assert not report_event(17, every=timedelta(minutes=2), rate=6)[1].is_breaking
    assert report_event(18, every=timedelta(minutes=2), rate=6)[1].is_breaking


def grow(story: Story, report: Report) -> Story:
    """Grow a story of a list that has few reports."""
    fold = make_fold(Relation.SAME_EVENT, story.id)
    return raise_severity(add_sources(story, report, fold), report.matches, report_rate=0.1)


def test_old_story_breaks_when_it_is_taken_up_again() -> None:
    _, story = report_event(14, every=timedelta(hours=4))

    for n in range(4):
        entry = make_entry("Fleet crosses the strait", published_at=NOW_LATER)
        now = NOW_LATER + n * timedelta(minutes=10)
        story = grow(story, report_of(entry, feed=make_feed(f"Late outlet {n}"), now=now))

    assert story.is_breaking


def test_copy_that_was_published_earlier_does_not_make_its_origin_older() -> None:
    _, story = report_event(1, every=timedelta())

    copy = make_entry("Fleet crosses the strait", published_at=NOON - timedelta(minutes=50))
    now = NOON + timedelta(minutes=5)

    later = grow(
        story, report_of(copy, feed=make_feed("Copyist"), now=now, attributions=("Outlet 0",))
    )

    assert later.recent == (("Outlet 0", NOON),)


def test_reports_of_hours_ago_do_not_break_a_story() -> None:
    _, story = report_event(8, every=timedelta(minutes=5), rate=3)

    now = NOON + timedelta(hours=5)

    later = grow(story, report_of(feed=make_feed("Outlet 0"), now=now))

    assert not later.is_breaking


def test_old_reports_that_arrive_together_are_not_breaking() -> None:
    _, story = report_event(5, every=timedelta(minutes=1), late=timedelta(hours=5))

    assert not story.is_breaking


def test_story_that_breaks_reaches_those_who_want_high_severity_alone() -> None:
    rules = rules_for(make_route(severities=(Severity.HIGH,)), lists=(STRAIT,))

    three, _ = report_event(3, every=timedelta(minutes=10), rules=rules)
    four, _ = report_event(4, every=timedelta(minutes=10), rules=rules)

    assert (three, [alert.severity for alert in four]) == ([], [Severity.HIGH])
