"""The effect of changed lists on past entries."""

from datetime import datetime, timedelta
from typing import NamedTuple

from builders import NOON, make_entry, make_feed, make_route
from builders.beat import BEAT
from builders.watchlists import compiled, make_list, make_set
from straitwatch.core.backtest import Backtest, BacktestResult, ListResult
from straitwatch.core.model import (
    AlertPolicy,
    Change,
    Entry,
    Feed,
    LinkKind,
    Mark,
    Severity,
    SeverityRule,
    StoryConstraint,
    TermSet,
    Verdict,
    WatchList,
)
from straitwatch.core.rules import Rules

FEED = make_feed()


def rules_of(watchlist: WatchList, terms: dict[str, TermSet] | None = None) -> Rules:
    return Rules(
        beat=BEAT,
        matcher=compiled(watchlist, terms),
        policy=AlertPolicy(routes=(make_route(),)),
        titles={},
        recipients={"desk-slack": ("",)},
    )


class Past(NamedTuple):
    entry: Entry
    feed: Feed
    seen_at: datetime


def past(title: str, *, hours: float = 0, feed: Feed = FEED, **values) -> Past:
    entry = make_entry(title, published_at=None, **values)
    return Past(entry, feed, NOON + timedelta(hours=hours))


def backtested(
    after: WatchList, *entries: Past, before: WatchList | None = None, **more
) -> BacktestResult:
    base = rules_of(before) if before else None
    test = Backtest(rules_of(after), base=base, **more)
    for entry in entries:
        test.take(*entry)
    return test.result()


def only_list(result: BacktestResult) -> ListResult:
    (one,) = result.lists
    return one


def test_new_line_gains_the_entries_that_only_it_finds() -> None:
    result = backtested(
        make_list("strait", "harbour"),
        past("Ships cross the strait"),
        past("Crane falls in the harbour", hours=1),
        before=make_list("strait"),
    )

    one = only_list(result)
    assert (one.alerts_before, one.alerts_after) == (1, 2)
    assert (one.alerts_gained, one.alerts_lost) == (1, 0)
    assert one.rules == {(Change.GAINED, "match[1] +10: harbour"): 1}
    assert [sample.entry.title for sample in one.samples] == ["Crane falls in the harbour"]


def test_noise_rule_is_named_with_its_lost_entries() -> None:
    result = backtested(
        make_list("strait", noise=[(5, "museum")]),
        past("The strait in the museum"),
        before=make_list("strait"),
    )

    one = only_list(result)
    assert (one.alerts_gained, one.alerts_lost) == (0, 1)
    assert one.rules == {(Change.LOST, "noise[0] -5: museum"): 1}


def test_term_added_to_a_set_is_seen_through_the_same_rule() -> None:
    test = Backtest(
        rules_of(make_list("$drones"), {"drones": make_set("drones", ["drone", "UAV"])}),
        base=rules_of(make_list("$drones"), {"drones": make_set("drones", ["drone"])}),
    )

    test.take(*past("UAV seen over the islet"))

    assert only_list(test.result()).rules == {(Change.GAINED, "match[0] +10: $drones"): 1}


def test_another_threshold_is_named() -> None:
    result = backtested(
        make_list("strait", threshold=10),
        past("Ships cross the strait"),
        before=make_list("island", threshold=12, signals=[(10, "strait")]),
    )

    assert (Change.GAINED, "threshold 10, not 12") in only_list(result).rules


def test_another_severity_neither_gains_nor_loses() -> None:
    calm = make_list("strait", severity=(SeverityRule(level=Severity.LOW),))

    result = backtested(calm, past("Ships cross the strait"), before=make_list("strait"))

    one = only_list(result)
    assert one.entries == {Change.SEVERITY: 1}
    assert (one.alerts_gained, one.alerts_lost) == (0, 0)


def test_many_reports_of_one_event_are_one_alert() -> None:
    other = past(
        "Ships cross the strait",
        hours=1,
        feed=make_feed("Other Wire"),
        id="other",
        canonical_url="other.example/1",
    )

    result = backtested(make_list("strait"), past("Ships cross the strait"), other)

    one = only_list(result)
    assert (one.entries_after, one.alerts_after) == (2, 1)


def test_another_first_report_of_the_same_story_is_not_a_difference() -> None:
    first = past("Fleet crosses the strait")
    second = past("Fleet crosses the strait at dawn", hours=1, feed=make_feed("Other"))

    result = backtested(
        make_list("strait AND dawn"), first, second, before=make_list("strait AND fleet")
    )

    one = only_list(result)
    assert one.entries == {Change.LOST: 1}
    assert (one.alerts_gained, one.alerts_lost) == (0, 0)


def test_verdicts_are_counted_with_the_changes() -> None:
    entry = past("The strait in the museum")
    mark = Mark(
        entry_id=entry.entry.id, watchlist="x", verdict=Verdict.NOT_RELEVANT, marked_at=NOON
    )

    result = backtested(
        make_list("strait", noise=[(5, "museum")]),
        entry,
        before=make_list("strait"),
        marks={(entry.entry.id, "x"): mark},
    )

    one = only_list(result)
    assert one.verdicts == {(Change.LOST, Verdict.NOT_RELEVANT): 1}
    assert one.samples[0].verdict is Verdict.NOT_RELEVANT


def test_backtest_without_a_base_counts_all_matches() -> None:
    result = backtested(make_list("strait"), past("Ships cross the strait"), past("Rain"))

    one = only_list(result)
    assert (one.alerts_after, one.entries_after, result.entries) == (1, 1, 2)


def test_samples_are_bounded_and_the_counts_are_not() -> None:
    entries = [past(f"Ship number {at} in the strait", hours=at * 100) for at in range(4)]

    one = only_list(backtested(make_list("strait"), *entries, samples=2))

    assert (len(one.samples), one.entries_after) == (2, 4)


def test_only_the_lists_that_are_asked_for_are_counted() -> None:
    result = backtested(make_list("strait"), past("Ships cross the strait"), only=["another"])

    assert result.lists == ()


def test_rates_count_at_least_one_day() -> None:
    result = backtested(make_list("strait"), past("Ships cross the strait"))

    assert result.days == 1.0


def test_reports_that_a_person_keeps_apart_are_two_stories_in_a_backtest() -> None:
    first = past("Ships cross the strait at dawn on Monday")
    copy = past("Ships cross the strait at dawn on Monday, again", hours=1)
    apart = StoryConstraint(
        report_a=first.entry.id,
        report_b=copy.entry.id,
        kind=LinkKind.CANNOT_LINK,
        made_at=NOON,
    )

    free = only_list(backtested(make_list("strait"), first, copy))
    kept_apart = only_list(backtested(make_list("strait"), first, copy, constraints=[apart]))

    assert (free.alerts_after, kept_apart.alerts_after) == (1, 2)
