"""The condition of a feed: when it begins, when it ends, and what it is."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from builders import NOON, make_entry, make_feed
from straitwatch.core.diagnosis import DiagnosedFeed, WatchedFeed, diagnose_feeds
from straitwatch.core.feed_outcome import FeedOutcome
from straitwatch.core.feed_words import describe_condition
from straitwatch.core.health import Health, is_reported, plan_notices
from straitwatch.core.model import (
    Condition,
    Contents,
    FeedHealth,
    FeedState,
    Fetched,
    FetchFailed,
    FetchFailure,
    NotModified,
    ParsedDocument,
    ParseProblem,
    PollPolicy,
    Validators,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FEED = make_feed()
POLICY = PollPolicy(interval=12 * HOUR)  # longer waits between polls are outages
FETCHED = Fetched(
    url=FEED.url,
    status=200,
    body=b"",
    content_type="",
    validators=Validators(etag="1"),
    body_hash=b"1",
)
NOT_MODIFIED = NotModified(validators=Validators(etag="1"))
BLOCKED = FetchFailed(kind=FetchFailure.BLOCKED, detail="answered 403 Forbidden", status=403)
TIMEOUT = FetchFailed(kind=FetchFailure.TIMEOUT, detail="no complete response within 30 s")
WEB_PAGE = ParsedDocument(format="", problem=ParseProblem.HTML, detail="an HTML page")
CUT_OFF = ParsedDocument(format="rss20", problem=ParseProblem.TRUNCATED)
EMPTY = ParsedDocument(format="rss20")

Answer = ParsedDocument | FetchFailed | NotModified


@dataclass
class Timeline:
    """A feed that is polled, and the conditions that it had."""

    now: datetime = NOON
    state: FeedState = field(default_factory=lambda: FeedState(feed_id=FEED.id))
    seen: list[Condition] = field(default_factory=list)

    @property
    def health(self) -> FeedHealth:
        return self.state.profile.health

    def poll(self, *answers: Answer, new: int = 0, every: timedelta = 15 * MINUTE) -> None:
        for answer in answers:
            outcome = FeedOutcome(
                feed=FEED, state=self.state, policy=POLICY, now=self.now, jitter=0.5
            )
            self.state = after(outcome, answer, new=new)
            if not self.seen or self.seen[-1] is not self.health.condition:
                self.seen.append(self.health.condition)
            self.now += every

    def watched(self) -> WatchedFeed:
        return WatchedFeed(name=FEED.name, url=FEED.url, state=self.state)

    def words(self) -> str:
        diagnosed = DiagnosedFeed(feed=self.watched(), condition=self.health.condition)
        return describe_condition(diagnosed, now=self.now)


def after(outcome: FeedOutcome, answer: Answer, *, new: int) -> FeedState:
    match answer:
        case ParsedDocument() if answer.is_feed:
            return outcome.parsed(FETCHED, answer, new=[f"n{number}" for number in range(new)])
        case ParsedDocument():
            return outcome.unreadable(answer)
        case FetchFailed():
            return outcome.failed(answer)
        case _:
            return outcome.unchanged("not_modified", answer)


def document(newest_at: datetime | None = NOON, **contents: object) -> ParsedDocument:
    filled = {"entries": 20, "newest_at": newest_at, "longest_gap": HOUR} | contents
    return ParsedDocument(format="rss20", entries=(make_entry(),), contents=Contents(**filled))


def read_feed(days: int = 10, *, every: timedelta = HOUR) -> Timeline:
    """Return a feed that brought an entry with each poll for some days."""
    feed = Timeline()
    seen = replace(feed.state, baseline_at=NOON, last_new_at=NOON, last_ok_at=NOON)
    feed.state = seen
    for _ in range(round(days * DAY / every)):
        feed.poll(document(feed.now), new=1, every=min(every, DAY))
        feed.poll(*(round(every / DAY) - 1) * (NOT_MODIFIED,), every=DAY)
    return feed


# ---------------------------------------------------------------- failures


def test_failure_begins_after_three_polls_and_ends_after_two_good_ones() -> None:
    feed = read_feed(1)
    began_at = feed.now

    conditions = []
    for answer in (BLOCKED, BLOCKED, BLOCKED, NOT_MODIFIED, NOT_MODIFIED):
        feed.poll(answer)
        conditions.append(feed.health.condition)

    blocked, well = Condition.BLOCKED, Condition.OK
    assert conditions == [well, well, blocked, blocked, well]
    assert feed.seen == [well, blocked, well]
    assert began_at == NOON + DAY


def test_failure_says_since_when_and_what_to_do() -> None:
    feed = read_feed(1)

    feed.poll(BLOCKED, BLOCKED, BLOCKED)

    assert feed.words() == (
        "answered 403 Forbidden since 24 Nov 12:00 UTC; last success 24 Nov 11:00 UTC. "
        "The publisher refuses this program or network: ask for access"
    )


def test_failure_of_a_feed_that_was_never_read_begins_at_once() -> None:
    feed = Timeline()

    feed.poll(TIMEOUT)

    assert feed.seen == [Condition.FAILING]


def test_failure_is_named_after_the_most_frequent_of_the_last_three() -> None:
    feed = read_feed(1)

    feed.poll(WEB_PAGE, TIMEOUT, WEB_PAGE)

    assert feed.health.condition is Condition.HTML


@pytest.mark.parametrize("page", [Condition.CAPTCHA, Condition.LOGIN, Condition.BLOCKED])
def test_page_instead_of_a_feed_is_told_apart(page: Condition) -> None:
    feed = read_feed(1)

    feed.poll(*3 * (replace(WEB_PAGE, page=page),))

    assert feed.health.condition is page


def test_page_that_announces_a_feed_gives_its_address() -> None:
    feed = read_feed(1)
    page = replace(WEB_PAGE, detail="an HTML page that announces a feed: https://a.example/new")

    feed.poll(page, page, page)

    assert feed.words().startswith(f"{page.detail} since 24 Nov")
    assert feed.words().endswith("`straitwatch feeds discover https://example-wire.example`")


@pytest.mark.parametrize(
    ("answer", "condition"),
    [
        (CUT_OFF, Condition.CUT_OFF),
        (replace(WEB_PAGE, problem=ParseProblem.TOO_LARGE), Condition.TOO_LARGE),
        (replace(WEB_PAGE, problem=ParseProblem.NOT_A_FEED), Condition.UNREADABLE),
    ],
)
def test_document_that_cannot_be_read_is_named(answer: Answer, condition: Condition) -> None:
    feed = read_feed(1)

    feed.poll(answer, answer, answer)

    assert feed.health.condition is condition


# ---------------------------------------------------------------- flapping


def test_feed_that_fails_two_of_three_polls_is_flapping() -> None:
    feed = read_feed(1)

    feed.poll(*4 * (TIMEOUT, TIMEOUT, NOT_MODIFIED))

    assert feed.health.condition is Condition.FLAPPING
    assert feed.words() == "8 of the last 12 polls failed"


def test_flapping_ends_when_failures_are_rare() -> None:
    feed = read_feed(1)
    feed.poll(*4 * (TIMEOUT, NOT_MODIFIED))

    feed.poll(*12 * (NOT_MODIFIED,))

    assert feed.seen == [Condition.OK, Condition.FLAPPING, Condition.OK]


def test_one_outage_is_no_flapping() -> None:
    feed = read_feed(1)

    feed.poll(*5 * (TIMEOUT,), *3 * (NOT_MODIFIED,))

    assert feed.seen == [Condition.OK, Condition.FAILING, Condition.OK]


# ---------------------------------------------------------------- documents without news


def test_feed_without_entries_is_emptied_after_an_hour() -> None:
    feed = read_feed(1)

    feed.poll(*4 * (EMPTY,))
    before = feed.health.condition
    feed.poll(EMPTY)

    assert (before, feed.health.condition) == (Condition.OK, Condition.EMPTIED)
    assert feed.words().startswith("it lists no entry any more since 24 Nov 12:00 UTC")


def test_feed_stays_emptied_while_its_document_is_unchanged() -> None:
    feed = read_feed(1)
    feed.poll(*5 * (EMPTY,))

    feed.poll(*5 * (NOT_MODIFIED,))

    assert feed.health.condition is Condition.EMPTIED


def test_feed_that_is_empty_now_and_then_is_well() -> None:
    feed = read_feed(1)

    for _ in range(40):
        feed.poll(EMPTY, EMPTY)
        feed.poll(document(feed.now), new=1)

    assert feed.seen == [Condition.OK]


def test_feed_that_never_had_an_entry_is_empty_after_a_day() -> None:
    feed = Timeline()

    feed.poll(*26 * (EMPTY,), every=HOUR)

    assert feed.seen == [Condition.OK, Condition.EMPTY]


def test_error_message_as_the_only_entry_is_noticed_after_an_hour() -> None:
    feed = read_feed(1)

    feed.poll(*5 * (document(entries=1, error="Access denied"),))

    assert feed.health.condition is Condition.ERROR_ITEMS
    assert 'is an error message, "Access denied" since 24 Nov' in feed.words()


# ---------------------------------------------------------------- frozen and stale


def first_frozen(feed: Timeline, *, every: timedelta = HOUR, until: timedelta = 60 * DAY) -> float:
    """Poll an unchanged feed until it is frozen; return the hours since its last entry."""
    began_at = feed.state.last_new_at or feed.now
    while feed.now < began_at + until and feed.health.condition is not Condition.FROZEN:
        feed.poll(NOT_MODIFIED, every=every)
    return (feed.now - every - began_at) / HOUR


def test_wire_is_frozen_after_half_a_day() -> None:
    assert first_frozen(read_feed(10)) == 12


def test_new_feed_is_not_frozen_before_a_weekend_was_seen() -> None:
    assert first_frozen(read_feed(2)) == 96


def test_weekly_blog_is_not_frozen_after_a_fortnight() -> None:
    feed = read_feed(70, every=7 * DAY)

    assert first_frozen(feed) == pytest.approx(17.5 * 24, abs=1)


def test_newspaper_without_weekends_is_not_frozen_on_a_long_one() -> None:
    feed = read_feed(1)
    for day in range(1, 29):
        if day % 7 in (5, 6):
            feed.poll(*12 * (NOT_MODIFIED,), every=2 * HOUR)
        else:
            feed.poll(document(feed.now), new=1, every=10 * HOUR)
            feed.poll(*7 * (NOT_MODIFIED,), every=2 * HOUR)

    assert feed.seen == [Condition.OK]
    assert first_frozen(feed) > 4 * 24


def test_frozen_feed_is_well_with_its_next_entry() -> None:
    feed = read_feed(10)
    first_frozen(feed)
    words = feed.words()

    feed.poll(document(feed.now), new=1)

    assert feed.seen == [Condition.OK, Condition.FROZEN, Condition.OK]
    assert words.startswith("no new entry since 03 Dec 11:00 UTC; one was expected within 12 hours")


def test_long_pause_counts_less_with_age() -> None:
    feed = read_feed(10)
    feed.poll(*4 * (NOT_MODIFIED,), every=DAY)
    feed.poll(document(feed.now), new=1)
    soon = first_frozen(replace_state(feed))
    for _ in range(120):
        feed.poll(document(feed.now), new=1, every=12 * HOUR)

    assert soon > 9 * 24
    assert first_frozen(feed) < soon / 3


def replace_state(feed: Timeline) -> Timeline:
    return Timeline(now=feed.now, state=feed.state)


def test_old_document_is_stale_at_its_first_fetch() -> None:
    feed = Timeline()

    feed.poll(document(datetime(2024, 12, 5, tzinfo=NOON.tzinfo), longest_gap=2 * DAY), new=20)

    assert feed.seen == [Condition.STALE]
    assert feed.words().startswith("its newest entry is of 05 Dec 2024. Look for its address")


def test_slow_feed_is_not_stale_within_its_own_rhythm() -> None:
    feed = Timeline()

    feed.poll(document(NOON - 100 * DAY, longest_gap=60 * DAY), new=20)

    assert feed.seen == [Condition.OK]


def test_feed_whose_entries_bear_old_dates_is_not_stale_while_new_ones_come() -> None:
    feed = Timeline()
    feed.poll(document(NOON - 400 * DAY), new=20)

    feed.poll(document(NOON - 400 * DAY), new=1)

    assert feed.seen == [Condition.STALE, Condition.OK]


# ---------------------------------------------------------------- remarks


def test_feed_without_dates_is_undated() -> None:
    feed = Timeline()

    feed.poll(document(None, undated=18), new=20)

    assert feed.health.condition is Condition.UNDATED
    assert feed.words() == "18 of its 20 entries have no usable date"


def test_feed_is_slow_until_most_answers_are_quick() -> None:
    feed = read_feed(1)

    feed.poll(*6 * (replace(NOT_MODIFIED, seconds=12.0),))
    slow = feed.health.condition
    feed.poll(*6 * (NOT_MODIFIED,))

    assert (slow, feed.health.condition) == (Condition.SLOW, Condition.OK)


# ---------------------------------------------------------------- a life


def test_feed_shows_what_happened_to_it_over_weeks() -> None:
    feed = read_feed(10)
    feed.poll(*4 * (NOT_MODIFIED,))
    feed.poll(*4 * (WEB_PAGE,))
    feed.poll(*4 * (BLOCKED,))
    feed.poll(*20 * (NOT_MODIFIED,), every=HOUR)
    feed.poll(document(feed.now), new=1)

    assert feed.seen == [
        Condition.OK,
        Condition.HTML,
        Condition.BLOCKED,
        Condition.OK,
        Condition.FROZEN,
        Condition.OK,
    ]


def test_notices_of_a_feed_tell_its_life() -> None:
    feed, states, titles = read_feed(10), {}, []
    page, blocked = 20 * (WEB_PAGE,), 8 * (BLOCKED,)
    life = (*4 * (NOT_MODIFIED,), *page, *blocked, *80 * (NOT_MODIFIED,), document(NOON))
    for answer in life:
        feed.poll(answer, new=int(answer is life[-1]), every=30 * MINUTE)
        diagnosis = diagnose_feeds([feed.watched()], feed.now)
        troubled = [one for one in diagnosis.problems if is_reported(one.condition)]
        health = Health(
            feeds={one.name: one.condition.value for one in troubled},
            conditions={one.name: one.condition for one in troubled},
            feeds_total=9,
        )
        notices, states = plan_notices(health, states, now=feed.now)
        titles += [notice.facts.title for notice in notices]

    assert titles == [
        "1 feed is failing",
        "1 feed works again, but 1 is frozen",
        "1 feed works again",
    ]
