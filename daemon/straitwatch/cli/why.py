"""`why`: explain the decision about an entry, or match a text against the lists."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import typer

from straitwatch import store as db
from straitwatch.cli.answers import (
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
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.lookup import entries_named, is_address
from straitwatch.cli.options import (
    DEFAULT_CONFIG,
    ConfigDir,
    Json,
    check_language,
    load_quickly,
    opened_with_lists,
)
from straitwatch.cli.output import new_console, zone_time
from straitwatch.cli.since_then import differences_since
from straitwatch.cli.why_text import answer_lines, brief_line
from straitwatch.clock import utc_now
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
from straitwatch.errors import StoreAbsent, UsageError

_NEAREST_RULES = 3  # lines of `match` that lack the least
_ID = re.compile(r"[a-z2-7]{10,}…?|[0-9a-f]{20}")  # of a story or report; of an alert
_MESSAGES = 1_000  # about a story that are counted
_WEEK = timedelta(days=7)
_OF_STORY = 50  # entries of a story, of which the alerted ones are shown first
_SHOWN = 5  # entries with the same title; the first in full

app = new_app()


@app.command(
    epilog='Examples:  `straitwatch why https://news.example/a`  ·  `straitwatch why "Fleet '
    'crosses the Taiwan Strait"`'
)
def why(
    text: Annotated[
        str,
        typer.Argument(
            metavar="URL|TITLE|STORY|TEXT",
            help="An address, a headline, the id of a story, report or alert, or any text.",
        ),
    ],
    language: Annotated[
        str, typer.Option(help="The language of a text that is in no feed, such as en or ru.")
    ] = "",
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Explain a decision about an entry, or match a text against the lists.

    For a stored entry you see the decision, its reason and the configuration at that time, and the
    verdict of today's lists with the changes in between.
    """
    language = check_language(language)
    try:
        with opened_with_lists(config) as (loaded, store), store.reading() as tx:
            answers = _answers(tx, text, loaded, language)
    except StoreAbsent:  # you can ask the lists before the first run
        loaded = load_quickly(config)
        answers = [_unseen({}, text, loaded, language)]
    if json:
        for answer in answers:
            write_line(answer.to_json())
        return
    console = new_console(highlight=False, soft_wrap=True)
    zone = ZoneInfo(loaded.timezone)
    for line in answer_lines(answers[0], zone):
        console.print(line)
    for answer in answers[1:]:
        if isinstance(answer, StoredAnswer):
            console.print(brief_line(answer, zone))


# ---------------------------------------------------------------- a stored entry


def _answers(tx: db.Transaction, text: str, config: Config, language: str) -> list[Answer]:
    entries = entries_named(tx, text, limit=_SHOWN) or _entries_of_story(tx, text)
    if not entries:
        unseen = _unseen(db.feed_states(tx), text, config, language)
        return [replace(unseen, missing=_missing(tx, config))]
    return [_stored(tx, stored, config) for stored in entries]


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


def _stored(tx: db.Transaction, stored: db.StoredEntry, config: Config) -> StoredAnswer:
    feed = _feed_of(tx, stored, config)
    text = matchable(stored.entry, feed)
    fold = stored.fold
    records = db.list_deliveries(tx, story_id=fold.story_id, limit=_MESSAGES) if fold else []
    own = [record for record in records if _reported_entry(record) == stored.entry.id]
    marks = db.read_marks(tx, entry_id=stored.entry.id).values()
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
        silences=_silences(tx, stored, feed, config),
        config=stored.config_version or None,
        deliveries=tuple(map(_delivery, own)),
        other_deliveries=len(records) - len(own),
        marks=tuple(map(_mark, marks)),
        page=_page(db.page_of_entry(tx, stored.entry.id), stored),
        since_then=differences_since(tx, stored.config_version, text, config),
        lists=tuple(map(_list, config.matcher.explain(text))),
    )


def _feed_of(tx: db.Transaction, stored: db.StoredEntry, config: Config) -> Feed:
    """Return the feed as it is configured; a removed feed as it was stored."""
    for feed in config.feeds:
        if feed.id == stored.feed_id:
            return feed
    return db.stored_feeds(tx)[stored.feed_id]


def _silences(
    tx: db.Transaction, stored: db.StoredEntry, feed: Feed, config: Config
) -> tuple[str, ...]:
    """Name the silences that suppressed an entry, if they are still stored or configured."""
    if stored.decision.reason is not Reason.SILENCED:
        return ()
    known = (*db.all_silences(tx), *config.alerts.silences)
    arrival = Arrival(feed=feed, state=FeedState(feed_id=feed.id), seen_at=stored.seen_at)
    beat = compile_beat(config.beat, config.feeds)
    report = make_report(stored.entry, stored.matches, arrival, config.alerts, beat)
    story_id = stored.fold.story_id if stored.fold else ""
    found = [silence_of(match, report, known, story_id=story_id) for match in stored.matches]
    zone = ZoneInfo(config.timezone)
    return tuple(
        f"{silence.subject}, until {zone_time(silence.until_at, zone)}"
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


def _missing(tx: db.Transaction, config: Config) -> tuple[str, ...]:
    """Say in which spans of the last week an entry may have been missed."""
    windows = db.blind_windows(tx, since_at=utc_now() - _WEEK)
    return describe_windows(windows, ZoneInfo(config.timezone))


def _unseen(
    states: Mapping[str, FeedState], text: str, config: Config, language: str
) -> UnseenAnswer:
    if is_address(text):
        return UnseenAnswer(title=text, feeds=_feeds_of_host(states, text, config))
    verdicts = config.matcher.explain(MatchText(title=text, language=language))
    has_hit = any(rule.hits for verdict in verdicts for rule in verdict.rules)
    if _ID.fullmatch(text) and not has_hit:
        raise UsageError(
            f"no story, report or alert {text}\n"
            "hint: see `straitwatch stories list`; no list has it as a term either"
        )
    return UnseenAnswer(title=text, lists=tuple(map(_list, verdicts)))


def _feeds_of_host(
    states: Mapping[str, FeedState], url: str, config: Config
) -> tuple[FeedAnswer, ...]:
    """Return the feeds of a page's outlet: a page is often missing because its feed is failing."""
    host = _host(url)
    return tuple(
        _feed(feed, states.get(feed.id) or FeedState(feed_id=feed.id), ZoneInfo(config.timezone))
        for feed in config.feeds
        if _host(feed.url) == host
    )


def _feed(feed: Feed, state: FeedState, zone: ZoneInfo) -> FeedAnswer:
    now, watched = utc_now(), WatchedFeed(name=feed.name, url=feed.url, state=state)
    (diagnosed,) = diagnose_feeds([watched], now).feeds
    return FeedAnswer(
        feed=feed.name,
        enabled=feed.enabled,
        failures=state.failures,
        outcome=state.last_outcome,
        last_ok=state.last_ok_at,
        condition=diagnosed.condition.value,
        problem=describe_condition(diagnosed, now=now, zone=zone),
    )


def _host(url: str) -> str:
    """Return the last two labels of a host: news.example.org and www.example.org are one outlet."""
    return ".".join((urlsplit(url).hostname or "").split(".")[-2:])


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
