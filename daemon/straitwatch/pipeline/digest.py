"""Writes a digest when its window has ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from straitwatch import store as db
from straitwatch.core.model import AlertKind, DigestFacts, DigestItem, DigestPlan, Timeline
from straitwatch.core.policy import FEED_LEASE
from straitwatch.core.rules import Rules
from straitwatch.core.schedule import DigestWindow, due_digest, previous_slot
from straitwatch.core.sentences import sentence_spans
from straitwatch.pipeline.notices import address
from straitwatch.store import Transaction

DIGEST_ITEMS = 100  # of 500 to 900 bytes; Gmail clips a mail at 102 KB
DIGEST_ASIDE = 10  # lines of running stories, and of commentary, at most
LONGEST_BY_HOUR = timedelta(days=2)  # then the timeline has a bar for each day
IN_FLIGHT = timedelta(minutes=5)  # the longest time from a poll's date to its commit

# Keys in the store, followed by the name of the digest
_FIRST_SEEN = "digest since "
_READ_SINCE = "digest reads since "
_BESIDE_SINCE = "digest reads beside since "


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """The times between which a digest reads stories.

    The stories begin with those for which the previous digest had no space. Running stories and
    commentary are read up to the start of the oldest unfinished poll, so that each is listed once.
    """

    since_at: datetime
    beside_since: datetime
    beside_until: datetime


def write_digest(tx: Transaction, plan: DigestPlan, *, rules: Rules, now: datetime) -> bool:
    """Write the digest whose window has ended, if any; each window exactly once."""
    last_until = db.last_digest_until(tx, plan.name)
    window = due_digest(plan, last_until=last_until or _first_seen(tx, plan, now=now), now=now)
    if window is None:
        return False
    if last_until is None:
        window = replace(window, since_at=previous_slot(plan, window.until_at))
    reading = _find_reading(tx, plan, window, now=now)
    facts = _gather(tx, plan, window, reading, rules=rules, now=now)
    key = f"digest:{plan.name}:{window.until_at.isoformat()}"
    alert, deliveries = address(
        key, AlertKind.DIGEST, facts, to=plan.send, recipients=rules.recipients, now=now
    )
    story_ids = [item.story_id for item in facts.items]
    span = {"since_at": window.since_at, "until_at": window.until_at}
    if not db.record_digest(tx, plan.name, story_ids=story_ids, **span):
        return False
    next_since = reading.since_at if facts.more else window.until_at - IN_FLIGHT
    db.set_meta(tx, _READ_SINCE + plan.name, next_since.isoformat())
    db.set_meta(tx, _BESIDE_SINCE + plan.name, reading.beside_until.isoformat())
    db.add_alert(tx, alert, deliveries)
    return True


def _first_seen(tx: Transaction, plan: DigestPlan, *, now: datetime) -> datetime:
    """Return the time when the digest first appeared in a configuration; none is due before."""
    key = _FIRST_SEEN + plan.name
    if since := db.get_meta(tx, key):
        return datetime.fromisoformat(since)
    db.set_meta(tx, key, now.isoformat())
    return now


def _find_reading(
    tx: Transaction, plan: DigestPlan, window: DigestWindow, *, now: datetime
) -> _Reading:
    in_flight_since = window.since_at - IN_FLIGHT
    beside_since = _read_time(tx, _BESIDE_SINCE + plan.name) or in_flight_since
    return _Reading(
        since_at=_read_time(tx, _READ_SINCE + plan.name) or in_flight_since,
        beside_since=beside_since,
        beside_until=max(beside_since, _committed_until(tx, window.until_at, now=now)),
    )


def _read_time(tx: Transaction, key: str) -> datetime | None:
    value = db.get_meta(tx, key)
    return datetime.fromisoformat(value) if value else None


def _committed_until(tx: Transaction, until: datetime, *, now: datetime) -> datetime:
    """Return the time up to which all reports are committed: no unfinished poll is older."""
    oldest = db.oldest_claim(tx, now=now, lease=FEED_LEASE) or until
    return max(until - IN_FLIGHT, min(until, oldest) - db.SKEW)


def _gather(
    tx: Transaction,
    plan: DigestPlan,
    window: DigestWindow,
    reading: _Reading,
    *,
    rules: Rules,
    now: datetime,
) -> DigestFacts:
    """Read the contents of a digest."""
    wanted = db.DigestQuery(
        digest=plan.name,
        watchlists=plan.include,
        languages=rules.policy.languages,
        since_at=reading.since_at,
        until_at=window.until_at,
    )
    beside = replace(wanted, since_at=reading.beside_since, until_at=reading.beside_until)
    items = db.digest_items(tx, wanted)
    listed = _with_sentences(tx, items[:DIGEST_ITEMS])
    running, commentary = db.running_items(tx, beside), db.commentary_items(tx, beside)
    return DigestFacts(
        name=plan.name,
        items=_with_titles(listed, rules.titles),
        more=len(items[DIGEST_ITEMS:]),
        coverage=db.coverage(tx, now=now, since_at=window.since_at, until_at=window.until_at),
        is_late=window.is_late,
        running=_with_titles(running[:DIGEST_ASIDE], rules.titles),
        more_running=len(running[DIGEST_ASIDE:]),
        commentary=_with_titles(commentary[:DIGEST_ASIDE], rules.titles),
        more_commentary=len(commentary[DIGEST_ASIDE:]),
        timeline=count_reports(db.report_times(tx, wanted), window),
    )


def count_reports(times: Iterable[datetime], window: DigestWindow) -> Timeline:
    """Count reports by hour, or by day if the window is longer than two days."""
    length = window.until_at - window.since_at
    step = timedelta(hours=1) if length <= LONGEST_BY_HOUR else timedelta(days=1)
    counts = [0] * max(1, -(-length // step))
    for at in times:
        place = (at - window.since_at) // step
        if 0 <= place < len(counts):
            counts[place] += 1
    return Timeline(since_at=window.since_at, step=step, counts=tuple(counts))


def _with_sentences(tx: Transaction, items: Sequence[DigestItem]) -> tuple[DigestItem, ...]:
    """Return items with the first sentence of their report, unless the title says the same."""
    texts = db.lead_texts(tx, [item for item in items if not item.was_alerted])
    return tuple(
        replace(item, sentence=_lead(texts.get(item.story_id, ""), item.title)) for item in items
    )


def _lead(text: str, title: str) -> str:
    """Return the first sentence that does not repeat the title; "" if there is none."""
    sentences = (text[start:end] for start, end in sentence_spans(text))
    return next((sentence for sentence in sentences if sentence != title), "")


def _with_titles(items: Sequence[DigestItem], titles: Mapping[str, str]) -> tuple[DigestItem, ...]:
    """Return items that show the titles of watch-lists instead of their names."""
    return tuple(
        replace(
            item,
            watchlists=tuple(titles.get(name, name) for name in item.watchlists),
            list_ids=item.watchlists,
        )
        for item in items
    )
