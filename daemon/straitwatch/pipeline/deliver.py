"""Sends the due messages of one receiver: claim, freeze, send, record one of five outcomes."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog

from straitwatch import store as db
from straitwatch.core.model import (
    AlertFacts,
    AlertKind,
    DigestFacts,
    NextStep,
    NoticeFacts,
    Outcome,
    RollupFacts,
    SendJob,
    SendResult,
)
from straitwatch.core.policy import SEND_LEASE
from straitwatch.core.rules import Rules
from straitwatch.core.schedule import Attempt, after_attempt
from straitwatch.deliver import Driver
from straitwatch.errors import StoreError
from straitwatch.pipeline.tools import Tools
from straitwatch.store import ClaimedDelivery, Transaction

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

RENEW_EVERY = SEND_LEASE / 3
RECORD_WAITS = (0.5, 1, 2, 4, 8)  # seconds; shorter in sum than a lease


async def deliver_due(
    receiver: str, driver: Driver, *, tools: Tools, rules: Rules, is_stopping: Callable[[], bool]
) -> int:
    """Send a receiver's due messages one after the other; return the number of delivered ones."""
    delivered = 0
    while not is_stopping():
        claimed = await tools.store.run(
            db.claim_delivery,
            receiver=receiver,
            now=tools.clock(),
            lease=SEND_LEASE,
            worker=tools.worker,
            limit=rules.limits.get(receiver),
        )
        if claimed is None:
            break
        job = replace(claimed.job, config_option=rules.config_option, rendered_at=tools.clock())
        claimed = replace(claimed, job=job)
        with structlog.contextvars.bound_contextvars(**describe_message(job)):
            delivered += await _deliver_one(claimed, driver, tools, rules=rules)
    return delivered


def describe_message(job: SendJob) -> dict[str, object]:
    """Return the names of a message for every log line about it."""
    names: dict[str, object] = {"delivery": job.delivery.id, "kind": job.kind.value}
    if job.delivery.watchlists:
        names["lists"] = list(job.delivery.watchlists)
    match job.facts:
        case AlertFacts(title=title, story_id=story):
            names |= {"headline": title, "story": story}
        case NoticeFacts(title=title):
            names["headline"] = title
        case RollupFacts(items=items):
            names["stories"] = [item.story_id for item in items]
        case DigestFacts(items=items, running=running, commentary=commentary):
            names["stories"] = [item.story_id for item in (*items, *running, *commentary)]
    return names


async def _deliver_one(
    claimed: ClaimedDelivery, driver: Driver, tools: Tools, *, rules: Rules
) -> bool:
    """Freeze, send and record one message; return True if it was delivered."""
    job = claimed.job
    if job.frozen is None:
        job = await tools.links.add(job, tools.store, page_url=rules.page_url, now=tools.clock())
        try:
            frozen = driver.render(job)
        except Exception as error:  # around one delivery: a message that fails to render is dead
            log.exception("message cannot be rendered")
            failed = SendResult(outcome=Outcome.PERMANENT, code="render", text=type(error).__name__)
            await _record(claimed, driver, failed, tools, rules=rules)
            return False
        if not await tools.store.run(db.freeze, job.delivery.id, claimed.epoch, frozen):
            _note_lost_lease(tools)
            return False
        job = replace(job, frozen=frozen)
    result = await _send(claimed, job, driver, tools)
    await _record(claimed, driver, result, tools, rules=rules)
    return result.outcome is Outcome.DELIVERED


async def _send(claimed: ClaimedDelivery, job: SendJob, driver: Driver, tools: Tools) -> SendResult:
    """Send in the receiver's thread, and renew the lease until the send ends."""
    renewing = asyncio.create_task(_renew(claimed, tools))
    try:
        return await tools.senders.send(driver, job)
    except Exception as error:  # around one delivery
        log.exception("sending failed unexpectedly", has_begun=driver.has_begun)
        outcome = Outcome.UNSURE if driver.has_begun else Outcome.RETRY
        return SendResult(outcome=outcome, code="error", text=type(error).__name__)
    finally:
        renewing.cancel()


async def _renew(claimed: ClaimedDelivery, tools: Tools) -> None:
    while True:
        await asyncio.sleep(RENEW_EVERY.total_seconds())
        until = tools.clock() + SEND_LEASE
        try:
            await tools.store.run(db.renew_delivery, claimed.job.delivery.id, claimed.epoch, until)
        except StoreError:  # the next try may still be in time
            log.warning("lease not renewed", exc_info=True)


async def _record(
    claimed: ClaimedDelivery,
    driver: Driver,
    result: SendResult,
    tools: Tools,
    *,
    rules: Rules,
) -> None:
    """Record the result of an attempt, and the next step of its delivery."""
    now, receiver = tools.clock(), claimed.job.delivery.receiver
    attempt = _describe_attempt(claimed, driver, rules.marks.get(receiver, ""), now)
    fallback = rules.fallbacks.get(receiver)
    step = after_attempt(result, attempt, now=now, jitter=tools.jitter.random())
    finish = partial(
        db.finish_attempt, claimed=claimed, result=result, step=step, now=now, fallback=fallback
    )
    if await _within_lease(finish, tools):
        _report(claimed.job, result, step, tools, now=now)
    else:
        _note_lost_lease(tools)


def _describe_attempt(
    claimed: ClaimedDelivery, driver: Driver, mark: str, now: datetime
) -> Attempt:
    return Attempt(
        number=claimed.attempts,
        driver=driver.kind,
        on_unsure=driver.on_unsure,
        unsure_count=claimed.unsure_count,
        created_at=claimed.job.created_at or now,
        give_up_at=claimed.job.delivery.give_up_at,
        mark=mark,
    )


async def _within_lease(finish: Callable[[Transaction], bool], tools: Tools) -> bool:
    """Record a result, with retries while the database is unavailable.

    Without a record, the message would be sent again.
    """
    for wait in RECORD_WAITS:
        try:
            return await tools.store.run(finish)
        except StoreError:
            log.warning("result not recorded yet", exc_info=True)
            await asyncio.sleep(wait)
    return await tools.store.run(finish)


def _report(
    job: SendJob, result: SendResult, step: NextStep, tools: Tools, *, now: datetime
) -> None:
    """Count and log a recorded result."""
    receiver = job.delivery.receiver
    tools.metrics.attempts.labels(receiver=receiver, outcome=result.outcome).inc()
    if result.outcome is Outcome.DELIVERED:
        _time_delivery(job, tools, now=now)
        log.info("delivered", receiver=receiver)
        return
    log.warning(
        "not delivered",
        receiver=receiver,
        outcome=result.outcome,
        code=result.code,
        text=result.text,
        state=step.state,
    )


def _time_delivery(job: SendJob, tools: Tools, *, now: datetime) -> None:
    metrics = tools.metrics
    took = (now - (job.created_at or now)).total_seconds()
    if job.kind is AlertKind.CANARY:
        metrics.canary.set(took)
        return
    metrics.match_to_delivered.observe(took)
    if isinstance(job.facts, AlertFacts) and job.facts.published_at:
        metrics.published_to_delivered.observe((now - job.facts.published_at).total_seconds())


def _note_lost_lease(tools: Tools) -> None:
    tools.metrics.fenced.labels(kind="delivery").inc()
    log.warning("delivery claimed by another worker")
