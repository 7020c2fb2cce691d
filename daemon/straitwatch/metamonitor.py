"""Watches Straitwatch itself: health notices, the canary and the heartbeat.

health notice  a broken part -> a message to the system receivers that work
canary         a synthetic entry -> parse worker -> match -> outbox -> a chosen receiver
heartbeat      a request to an address of yours while all is well; a missing one is the alarm
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

import structlog

from straitwatch import store as db
from straitwatch.core.baseline import FEW
from straitwatch.core.health import Notice, NoticeState, first_fetch_notice, plan_notices
from straitwatch.core.liveness import Fault
from straitwatch.core.match import Matcher
from straitwatch.core.model import Alert, AlertKind, Canary, Delivery, Feed, NoticeFacts
from straitwatch.core.parse_document import ParseRequest
from straitwatch.core.report import matchable
from straitwatch.pipeline import Tools, address
from straitwatch.store import Transaction

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_FIRST_FETCH_NOTICED_UNTIL = "first fetch noticed until"
_FIRST_FETCH_AGE = timedelta(hours=1)  # older reports were in an earlier notice, or come too late
_QUIET = timedelta(minutes=2)  # the first polls after a start are spread over some seconds
_WORD = "Straitwatch canary"
_FEED = Feed(id="canary", name=_WORD, url="https://canary.invalid/")


# ---------------------------------------------------------------- notices


def notify_health(
    tx: Transaction,
    *,
    to: Sequence[str],
    recipients: Mapping[str, Sequence[str]],
    now: datetime,
    breaches: Sequence[str] = (),
    zone: tzinfo = UTC,
) -> list[str]:
    """Write the health notices that are due and return their titles.

    A notice never goes through a broken receiver. If no other is left, it waits for the first
    receiver that works again.

    Args:
        tx: the transaction to write in.
        to: the system receivers.
        recipients: the recipients of each receiver.
        now: the current time.
        breaches: the guarantees that the last check of the outbox found broken.
        zone: the desk's time zone.
    """
    health = db.health(tx, now, zone)
    if health is None:
        return []
    health = replace(health, breaches=tuple(breaches))
    states = db.notice_states(tx)
    notices, after = plan_notices(health, states, now=now)
    titles = []
    for notice in notices:
        others = [name for name in to if name != notice.about]
        working = [name for name in others if name not in health.receivers]
        if others and not working:
            after = _postpone(notice, after, states)
            continue
        titles.append(notice.facts.title)
        key = f"trouble:{notice.facts.title}:{now.isoformat()}"
        _write_notice(tx, key, notice.facts, to=working, recipients=recipients, now=now)
    if after != states:
        db.save_notice_states(tx, after)
    return titles


def _postpone(
    notice: Notice, after: Mapping[str, NoticeState], states: Mapping[str, NoticeState]
) -> dict[str, NoticeState]:
    """Return the states as if the notice had not been planned."""
    subject = notice.subject
    others = {name: state for name, state in after.items() if name != subject}
    return others | ({subject: states[subject]} if subject in states else {})


def notify_first_fetch(
    tx: Transaction,
    *,
    to: Sequence[str],
    recipients: Mapping[str, Sequence[str]],
    now: datetime,
    is_last: bool = False,
) -> NoticeFacts | None:
    """Report the entries recorded without an alert, in one notice for all feeds of a start.

    The notice waits until no feed has added an entry for a while, unless this is the last call.
    """
    if not tx.try_lock("first fetch"):
        return None
    noticed = db.get_meta(tx, _FIRST_FETCH_NOTICED_UNTIL)
    after = now - _FIRST_FETCH_AGE
    if noticed:
        after = max(datetime.fromisoformat(noticed), after)
    reports = db.first_fetch_reports(tx, after=after)
    held = Counter(name for name, _ in reports)
    newest = max((seen_at for _, seen_at in reports), default=now)
    if not held or not (is_last or now - newest >= _QUIET):
        return None
    db.set_meta(tx, _FIRST_FETCH_NOTICED_UNTIL, newest.isoformat())
    if held.total() <= FEW:
        return None
    facts = first_fetch_notice(held)
    key = f"first fetch:{newest.isoformat()}"
    _write_notice(tx, key, facts, to=to, recipients=recipients, now=now)
    return facts


def _write_notice(
    tx: Transaction,
    key: str,
    facts: NoticeFacts,
    *,
    to: Sequence[str],
    recipients: Mapping[str, Sequence[str]],
    now: datetime,
) -> None:
    alert, deliveries = address(key, AlertKind.SYSTEM, facts, to=to, recipients=recipients, now=now)
    if deliveries:
        db.add_alert(tx, alert, deliveries)


# ---------------------------------------------------------------- canary


async def send_canary(
    canary: Canary,
    matcher: Matcher,
    *,
    recipients: Mapping[str, Sequence[str]],
    tools: Tools,
    zone: tzinfo = UTC,
) -> bool:
    """Send a synthetic entry through the pipeline if one is due; once among replicas.

    A parse worker reads it, the matcher matches it, and its message is written, claimed and sent
    like any other. It is not fetched over the network and joins no story.
    """
    started_at = tools.clock()
    if not await tools.store.run(_claim_canary, canary, now=started_at):
        return False
    parsed = await tools.pool.parse(_canary_document(started_at))
    for entry in parsed.entries:
        matcher.match(matchable(entry, _FEED))
    facts = NoticeFacts(
        title=_WORD,
        lines=(
            f"Sent at {started_at.astimezone(zone):%H:%M:%S %Z} to test the path of an alert.",
            "No action is needed.",
        ),
    )
    alert, deliveries = address(
        f"canary:{started_at.isoformat()}",
        AlertKind.CANARY,
        facts,
        to=canary.send if parsed.entries else (),
        recipients=recipients,
        now=started_at,
    )
    if deliveries:
        await tools.store.run(_write_canary, alert, deliveries, started_at)
    else:
        log.error("canary not parsed", problem=parsed.problem, detail=parsed.detail)
    return bool(deliveries)


def _canary_document(started_at: datetime) -> ParseRequest:
    body = (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{_WORD}</title><item>'
        f"<guid>{started_at.isoformat()}</guid><title>{_WORD}</title></item></channel></rss>"
    )
    return ParseRequest(
        body=body.encode(),
        feed_id=_FEED.id,
        url=_FEED.url,
        content_type="application/rss+xml",
        encoding=None,
        timezone=None,
        language="en",
        fetched_at=started_at,
    )


def _claim_canary(tx: Transaction, canary: Canary, *, now: datetime) -> bool:
    if not tx.try_lock("canary"):
        return False
    started = db.get_meta(tx, db.CANARY_STARTED)
    if started and now - datetime.fromisoformat(started) < canary.every:
        return False
    db.set_meta(tx, db.CANARY_STARTED, now.isoformat())
    db.delete_canaries(tx, before=now - max(4 * canary.every, timedelta(hours=1)))
    return True


def _write_canary(
    tx: Transaction, alert: Alert, deliveries: Sequence[Delivery], started_at: datetime
) -> None:
    db.add_alert(tx, alert, deliveries)
    db.set_meta(tx, db.CANARY_WRITTEN, started_at.isoformat())


# ---------------------------------------------------------------- heartbeat


async def ping_heartbeat(canary: Canary, faults: Sequence[Fault], *, tools: Tools) -> bool:
    """Request `canary.ping` if all is well; True if all is well and the request succeeded."""
    if faults:
        log.warning("heartbeat withheld", problems=[fault.text for fault in faults])
    elif canary.ping and (failure := await tools.fetcher.ping(canary.ping)):
        log.warning("heartbeat failed", reason=failure)
        return False
    return not faults
