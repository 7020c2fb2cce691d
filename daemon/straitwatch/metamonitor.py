"""Who watches the watcher: trouble is told, a canary flies, a dead man's switch is held down.

trouble  what is broken now -> what is told -> system receivers, never through what is broken
canary   a synthetic entry -> parse worker -> match -> outbox -> a chosen receiver, timed
switch   while all is well, an address of your choice hears of it; silence there is the alarm
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from straitwatch import store as db
from straitwatch.core.baseline import FEW
from straitwatch.core.health import first_fetch_notice, plan_notices
from straitwatch.core.match import Matcher
from straitwatch.core.model import Alert, AlertKind, Canary, Delivery, Feed, NoticeFacts
from straitwatch.core.parse_document import ParseRequest
from straitwatch.core.report import matchable
from straitwatch.fetch import ping
from straitwatch.pipeline import Tools, address
from straitwatch.store import Transaction

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

READ_WITHIN = timedelta(minutes=1)  # a canary that has no message by then was lost on its way
OVERDUE_AFTER = timedelta(minutes=15)  # a message that is due so long is not on its way
_NOTICED_UNTIL = "first fetch noticed until"
_FIRST_SIGHT = timedelta(hours=1)  # what is older was told, or is told no more
_QUIET = timedelta(minutes=2)  # the first polls of a start are spread over some seconds
_CANARY_STARTED = "canary flown at"
_CANARY_SENT = "canary sent off at"  # the same time, once its message is written
_WORD = "Straitwatch canary"
_FEED = Feed(id="canary", name=_WORD, url="https://canary.invalid/")


# ---------------------------------------------------------------- trouble


def notify_health(
    tx: Transaction,
    *,
    to: Sequence[str],
    recipients: Mapping[str, Sequence[str]],
    now: datetime,
    breaches: Sequence[str] = (),
) -> list[str]:
    """Write the messages about Straitwatch itself that are due; return their titles."""
    health = db.health(tx, now)
    if health is None:
        return []
    health = replace(health, breaches=tuple(breaches))
    states = db.notice_states(tx)
    notices, after = plan_notices(health, states, now=now)
    titles = []
    for notice in notices:
        others = [name for name in to if name != notice.about]
        places = [name for name in others if name not in health.receivers]
        if others and not places:  # all are broken: it is told when one works again
            after.pop(notice.subject, None)
            after |= {notice.subject: states[notice.subject]} if notice.subject in states else {}
            continue
        titles.append(notice.facts.title)
        alert, deliveries = address(
            f"trouble:{notice.facts.title}:{now.isoformat()}",
            AlertKind.SYSTEM,
            notice.facts,
            to=places,
            recipients=recipients,
            now=now,
        )
        if deliveries:
            db.add_alert(tx, alert, deliveries)
    if after != states:
        db.save_notice_states(tx, after)
    return titles


def notify_first_fetch(
    tx: Transaction,
    *,
    to: Sequence[str],
    recipients: Mapping[str, Sequence[str]],
    now: datetime,
    is_last: bool = False,
) -> NoticeFacts | None:
    """Report once what was recorded without an alert, in one message for all feeds of a start.

    It waits until no feed has added to it for a while, unless this is the `is_last` chance.
    """
    if not tx.try_lock("first sight"):
        return None
    told = db.get_meta(tx, _NOTICED_UNTIL)
    after = max(datetime.fromisoformat(told), now - _FIRST_SIGHT) if told else now - _FIRST_SIGHT
    reports = db.first_fetch_reports(tx, after=after)
    held = Counter(name for name, _ in reports)
    newest = max((at for _, at in reports), default=now)
    if not held or not (is_last or now - newest >= _QUIET):
        return None
    db.set_meta(tx, _NOTICED_UNTIL, newest.isoformat())
    if held.total() <= FEW:
        return None
    facts = first_fetch_notice(held)
    key = f"first sight:{newest.isoformat()}"
    alert, deliveries = address(key, AlertKind.SYSTEM, facts, to=to, recipients=recipients, now=now)
    if deliveries:
        db.add_alert(tx, alert, deliveries)
    return facts


# ---------------------------------------------------------------- canary and switch


async def send_canary(
    canary: Canary, matcher: Matcher, *, recipients: Mapping[str, Sequence[str]], tools: Tools
) -> bool:
    """Send a synthetic entry through the pipeline if one is due; once among replicas.

    It is read by a parse worker, held against the watch-lists, and its message is written, claimed
    and sent like any other. It becomes no story and is not fetched over the network.
    """
    started_at = tools.clock()
    if not await tools.store.run(_claim_canary, canary, now=started_at):
        return False
    body = (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{_WORD}</title><item>'
        f"<guid>{started_at.isoformat()}</guid><title>{_WORD}</title></item></channel></rss>"
    )
    read = await tools.pool.read(
        ParseRequest(
            body=body.encode(),
            feed_id=_FEED.id,
            url=_FEED.url,
            content_type="application/rss+xml",
            encoding=None,
            timezone=None,
            language="en",
            fetched_at=started_at,
        )
    )
    for entry in read.entries:
        matcher.match(matchable(entry, _FEED))
    facts = NoticeFacts(
        title=_WORD,
        lines=(
            f"Set off at {started_at:%H:%M:%S} UTC.",
            "It took the way of an alert; nothing happened.",
        ),
    )
    alert, deliveries = address(
        f"canary:{started_at.isoformat()}",
        AlertKind.CANARY,
        facts,
        to=canary.send if read.entries else (),
        recipients=recipients,
        now=started_at,
    )
    if deliveries:
        await tools.store.run(_send_off, alert, deliveries, started_at)
    else:
        log.error("the canary was not read", problem=read.problem, detail=read.detail)
    return bool(deliveries)


def _send_off(
    tx: Transaction, alert: Alert, deliveries: Sequence[Delivery], started_at: datetime
) -> None:
    db.add_alert(tx, alert, deliveries)
    db.set_meta(tx, _CANARY_SENT, started_at.isoformat())


def _claim_canary(tx: Transaction, canary: Canary, *, now: datetime) -> bool:
    if not tx.try_lock("canary"):
        return False
    flown = db.get_meta(tx, _CANARY_STARTED)
    if flown and now - datetime.fromisoformat(flown) < canary.every:
        return False
    db.set_meta(tx, _CANARY_STARTED, now.isoformat())
    db.delete_canaries(tx, before=now - max(4 * canary.every, timedelta(hours=1)))
    return True


async def ping_heartbeat(canary: Canary, *, tools: Tools) -> bool:
    """Tell the dead man's switch that all is well, if it is; say whether it is and was heard."""
    problems = await tools.store.run(examine, canary, now=tools.clock())
    tools.metrics.well.set(not problems)
    if problems:
        log.warning("all is not well: the dead man's switch is let go", problems=problems)
    elif canary.ping and (failure := await ping(canary.ping)):
        log.warning("the dead man's switch did not answer well", reason=failure)
        return False
    return not problems


def examine(tx: Transaction, canary: Canary, *, now: datetime) -> list[str]:
    """Say what is wrong: feeds that are not read, messages that do not leave."""
    liveness = db.liveness(tx, now)
    problems = []
    if liveness.feeds and not liveness.feeds_current:
        problems.append("no feed is read")
    if liveness.oldest_due_at and now - liveness.oldest_due_at > OVERDUE_AFTER:
        problems.append(f"a message is due since {liveness.oldest_due_at:%d %b %H:%M} UTC")
    if liveness.canary_at and now - liveness.canary_at >= canary.every:
        problems.append("the canary did not arrive")
    flown, sent_off = db.get_meta(tx, _CANARY_STARTED), db.get_meta(tx, _CANARY_SENT)
    late = flown and now - datetime.fromisoformat(flown) >= READ_WITHIN
    if late and flown != sent_off:
        problems.append("the canary was not read")
    return problems
