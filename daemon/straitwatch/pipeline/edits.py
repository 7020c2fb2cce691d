"""Edits the sent messages of one receiver: claim, render from the database, edit, record."""

from collections.abc import Callable
from datetime import datetime

import structlog

from straitwatch import store as db
from straitwatch.core.model import EditJob, Outcome, SendResult
from straitwatch.core.policy import EDIT_LEASE
from straitwatch.core.schedule import after_edit
from straitwatch.deliver.threads import Sender
from straitwatch.pipeline.tools import Tools
from straitwatch.store import ClaimedEdit

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


async def edit_due(
    receiver: str, editor: Sender[EditJob], *, tools: Tools, is_stopping: Callable[[], bool]
) -> datetime | None:
    """Edit a receiver's messages that must show something else, one after the other.

    Return when to continue, if the service takes no edits now; None if all are done.
    """
    while not is_stopping():
        now = tools.clock()
        claimed = await tools.store.run(db.claim_edit, receiver=receiver, now=now, lease=EDIT_LEASE)
        if claimed is None:
            break
        try:
            result = await tools.senders.send(editor, claimed.job)
        except Exception as error:  # around one edit: the others continue
            log.exception("edit failed unexpectedly", delivery=claimed.job.delivery.id)
            result = SendResult(outcome=Outcome.PERMANENT, text=type(error).__name__)
        due_at = await _record(claimed, result, tools)
        if result.outcome is Outcome.RETRY:  # a rate limit, or no connection
            return due_at
    return None


async def _record(claimed: ClaimedEdit, result: SendResult, tools: Tools) -> datetime | None:
    """Record the result of an edit; return when the message is edited next."""
    now = tools.clock()
    due_at = after_edit(claimed.job, result, claimed.attempts, asked_at=claimed.asked_at, now=now)
    is_done = result.outcome is Outcome.DELIVERED
    await tools.store.run(db.finish_edit, claimed, due_at=due_at, is_done=is_done)
    if not is_done:
        log.warning(
            "message not edited",
            delivery=claimed.job.delivery.id,
            code=result.code,
            text=result.text,
            next_try=due_at.isoformat() if due_at else "none",
        )
    return due_at
