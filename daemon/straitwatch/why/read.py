"""Reads the answers of `why` from the database, for the command and the page."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from straitwatch import store as db
from straitwatch.config import Config
from straitwatch.core.blind_windows import describe_windows
from straitwatch.core.compiled_beat import compile_beat
from straitwatch.core.diagnosis import WatchedFeed, diagnose_feeds
from straitwatch.core.feed_words import describe_condition
from straitwatch.core.fold_words import describe_fold
from straitwatch.core.match import Explanation, RuleExplanation, find_near_miss
from straitwatch.core.model import (
    Action,
    AlertFacts,
    Feed,
    FeedState,
    Mark,
    MatchText,
    PageState,
    Reason,
)
from straitwatch.core.report import Arrival, make_report, matchable
from straitwatch.core.route import silence_of
from straitwatch.errors import UsageError
from straitwatch.why.answers import (
    Answer,
    DeliveryAnswer,
    FeedAnswer,
    ListAnswer,
    MarkAnswer,
    PageAnswer,
    RuleAnswer,
    StoredAnswer,
    UnseenAnswer,
)
from straitwatch.why.find import entries_named, is_address
from straitwatch.why.since_then import differences_since

_NEAREST_RULES = 3  # lines of `match` that lack the least
_ID = re.compile(r"[a-z2-7]{10,}…?|[0-9a-f]{20}")  # of a story or report; of an alert
_MESSAGES = 1_000  # about a story that are counted
_WEEK = timedelta(days=7)
_OF_STORY = 50  # entries of a story, of which the alerted ones are shown first
_SHOWN = 5  # entries with the same title; the first in full


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A text that `why` explains, and the configuration and time of the answer."""

    text: str  # an address, a headline, an id, or any text
    config: Config
    now: datetime
    language: str = ""  # of a text that is in no feed

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the desk."""
        return ZoneInfo(self.config.timezone)


def read_answers(tx: db.Transaction, asked: Question) -> list[Answer]:
    """Return the answers, the first in full.

    Raises:
        UsageError: the text is an id that is not known, or of a message.
    """
    entries = entries_named(tx, asked.text, limit=_SHOWN) or _entries_of_story(tx, asked.text)
    if not entries:
        _reject_message(tx, asked.text)
        unseen = answer_unseen(asked, db.feed_states(tx))
        return [replace(unseen, missing=_missing(tx, asked))]
    return [_stored(tx, stored, asked) for stored in entries]


def _reject_message(tx: db.Transaction, text: str) -> None:
    """Name the command for the id of a message."""
    if _ID.fullmatch(text) and db.show_delivery(tx, db.full_id(tx, text)):
        raise UsageError(f"{text} is a message\nhint: `straitwatch outbox show {text}` shows it")


def _entries_of_story(tx: db.Transaction, text: str) -> list[db.StoredEntry]:
    """Return the entry of an alert, or the entries of a story with this id or headline.

    The entries of a story that were sent as alerts come first.
    """
    if alerted := db.alert_entries(tx, text):
        return alerted
    story = db.current_story(tx, text)
    if story is None:
        return db.headline_entries(tx, text)[:_SHOWN]
    entries = db.story_entries(tx, story.id, limit=_OF_STORY)
    return sorted(entries, key=lambda stored: stored.decision.action is not Action.ALERT)[:_SHOWN]


def _stored(tx: db.Transaction, stored: db.StoredEntry, asked: Question) -> StoredAnswer:
    config = asked.config
    feed = _feed_of(tx, stored, config)
    text = matchable(stored.entry, feed)
    fold = stored.fold
    records = db.list_deliveries(tx, story_id=fold.story_id, limit=_MESSAGES) if fold else []
    own = [record for record in records if _reported_entry(record) == stored.entry.id]
    marks = db.read_marks(tx, entry_id=stored.entry.id).values()
    verdicts = config.matcher.explain(text)
    return StoredAnswer(
        title=stored.entry.title,
        summary=text.summary,
        content=text.content,
        about=tuple(text.about),
        url=stored.entry.url,
        id=stored.entry.id,
        seen=stored.seen_at,
        feed=stored.feed_name,
        matched=tuple(match.watchlist for match in stored.matches),
        story=fold.story_id if fold else None,
        relation=fold.relation if fold else None,
        fold=describe_fold(fold, stored.entry),
        related=next(filter(None, map(_related_story, own)), ""),
        decision=stored.decision.action,
        reason=stored.decision.reason,
        silences=_silences(tx, stored, feed, asked),
        config=stored.config_version or None,
        deliveries=tuple(map(_delivery, own)),
        other_deliveries=len(records) - len(own),
        marks=tuple(map(_mark, marks)),
        page=_page(db.page_of_entry(tx, stored.entry.id), stored),
        since_then=differences_since(tx, stored.config_version, text, config),
        title_hits=_title_hits(verdicts),
        lists=tuple(map(_list, verdicts)),
    )


def _feed_of(tx: db.Transaction, stored: db.StoredEntry, config: Config) -> Feed:
    """Return the feed as it is configured; a removed feed as it was stored."""
    for feed in config.feeds:
        if feed.id == stored.feed_id:
            return feed
    return db.stored_feeds(tx)[stored.feed_id]


def _silences(
    tx: db.Transaction, stored: db.StoredEntry, feed: Feed, asked: Question
) -> tuple[str, ...]:
    """Name the silences that suppressed an entry, if they are still stored or configured."""
    if stored.decision.reason is not Reason.SILENCED:
        return ()
    config = asked.config
    known = (*db.all_silences(tx), *config.alerts.silences)
    arrival = Arrival(feed=feed, state=FeedState(feed_id=feed.id), seen_at=stored.seen_at)
    beat = compile_beat(config.beat, config.feeds)
    report = make_report(stored.entry, stored.matches, arrival, config.alerts, beat)
    story_id = stored.fold.story_id if stored.fold else ""
    found = [silence_of(match, report, known, story_id=story_id) for match in stored.matches]
    return tuple(
        f"{silence.subject}, until {silence.until_at.astimezone(asked.zone):%d %b %Y %H:%M %Z}"
        + "".join(f" ({word})" for word in (silence.author, silence.reason) if word)
        for silence in dict.fromkeys(filter(None, found))
    )


def _reported_entry(record: db.DeliveryRecord) -> str:
    """Return the id of the entry that a message is about; "" for a message about many stories."""
    return record.facts.entry_id if isinstance(record.facts, AlertFacts) else ""


def _related_story(record: db.DeliveryRecord) -> str:
    return record.facts.related_id if isinstance(record.facts, AlertFacts) else ""


def _delivery(record: db.DeliveryRecord) -> DeliveryAnswer:
    delivery = record.delivery
    return DeliveryAnswer(
        id=delivery.id,
        alert=delivery.alert_id,
        title=record.facts.title if isinstance(record.facts, AlertFacts) else "",
        receiver=delivery.receiver,
        recipient=delivery.recipient,
        state=delivery.state,
        reason=delivery.state_reason,
        routes=tuple(delivery.routes),
        revision=record.revision,
        attempts=record.attempts,
        last=" ".join(filter(None, (record.last_code, record.last_text))),
        not_before=delivery.not_before,
        delivered=record.delivered_at,
        merged_into=record.merged_into or None,
    )


def _page(state: PageState | None, stored: db.StoredEntry) -> PageAnswer | None:
    if state is None:
        return None
    return PageAnswer(
        task=state.task,
        cause=state.cause,
        outcome=state.outcome,
        detail=state.detail,
        fetched=state.fetched_at,
        due=state.due_at,
        matched=stored.entry.has_page_text,
    )


def _mark(mark: Mark) -> MarkAnswer:
    return MarkAnswer(
        watchlist=mark.watchlist, verdict=mark.verdict.value, by=mark.marked_by, note=mark.note
    )


# ---------------------------------------------------------------- an unknown text


def _missing(tx: db.Transaction, asked: Question) -> tuple[str, ...]:
    """Say in which spans of the last week an entry may have been missed."""
    windows = db.blind_windows(tx, since_at=asked.now - _WEEK)
    return describe_windows(windows, asked.zone)


def answer_unseen(asked: Question, states: Mapping[str, FeedState]) -> UnseenAnswer:
    """Answer about a text that is in no feed.

    Raises:
        UsageError: the text is an id that is not known.
    """
    text = asked.text
    if is_address(text):
        return UnseenAnswer(title=text, feeds=_feeds_of_host(states, asked))
    found = MatchText(title=text, language=asked.language)
    verdicts = asked.config.matcher.explain(found)
    has_hit = any(rule.hits for verdict in verdicts for rule in verdict.rules)
    if _ID.fullmatch(text) and not has_hit:
        raise UsageError(
            f"no story, report or alert {text}\n"
            "hint: see `straitwatch stories list`; no list has it as a term either"
        )
    lists = tuple(map(_list, verdicts))
    return UnseenAnswer(title=text, title_hits=_title_hits(verdicts), lists=lists)


def _feeds_of_host(states: Mapping[str, FeedState], asked: Question) -> tuple[FeedAnswer, ...]:
    """Return the feeds of a page's outlet: a page is often missing because its feed is failing."""
    host = _host(asked.text)
    return tuple(
        _feed(feed, states.get(feed.id) or FeedState(feed_id=feed.id), asked)
        for feed in asked.config.feeds
        if _host(feed.url) == host
    )


def _feed(feed: Feed, state: FeedState, asked: Question) -> FeedAnswer:
    watched = WatchedFeed(name=feed.name, url=feed.url, state=state)
    (diagnosed,) = diagnose_feeds([watched], asked.now).feeds
    return FeedAnswer(
        feed=feed.name,
        enabled=feed.enabled,
        failures=state.failures,
        outcome=state.last_outcome,
        last_ok=state.last_ok_at,
        condition=diagnosed.condition.value,
        problem=describe_condition(diagnosed, now=asked.now, zone=asked.zone),
    )


def _host(url: str) -> str:
    """Return the last two labels of a host: news.example.org and www.example.org are one outlet."""
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:  # a malformed address, which people may paste
        return ""
    return ".".join(name.split(".")[-2:])


# ---------------------------------------------------------------- one list


def _list(explanation: Explanation) -> ListAnswer:
    missed = find_near_miss(explanation)
    return ListAnswer(
        watchlist=explanation.watchlist,
        fires=explanation.fires,
        near_miss=missed is not None,
        nearest=missed.text if missed else "",
        score=explanation.score,
        threshold=explanation.threshold,
        severity=explanation.severity,
        filtered=explanation.filtered,
        excluded_by=explanation.excluded_by,
        rules=tuple(map(_rule, _decisive_rules(explanation))),
        masked=tuple(
            f"{masked.hit.text} inside {masked.inside.text}" for masked in explanation.masked
        ),
    )


def _title_hits(verdicts: Iterable[Explanation]) -> tuple[tuple[int, int], ...]:
    """Return the places of the hits in the title, for marks."""
    rules = (rule for verdict in verdicts for rule in _decisive_rules(verdict))
    hits = (hit for rule in rules for hit in rule.hits if hit.field == "title")
    return tuple(sorted({(hit.start, hit.end) for hit in hits}))


def _rule(rule: RuleExplanation) -> RuleAnswer:
    return RuleAnswer(
        rule=rule.rule,
        when=rule.when,
        holds=rule.holds,
        points=rule.points,
        hits=tuple(hit.text for hit in rule.hits),
        missing=tuple(map(str, rule.missing)),
    )


def _decisive_rules(explanation: Explanation) -> list[RuleExplanation]:
    """Return the rules that hold; if the list does not fire, also the rules that lack least."""
    if explanation.fires:
        return list(explanation.held)
    ways_in = [rule for rule in explanation.rules if rule.missing and rule.kind == "match"]
    nearest = sorted(ways_in, key=lambda rule: (not rule.hits, len(rule.missing)))
    return [*explanation.held, *nearest[:_NEAREST_RULES]]
