"""Shows the messages that wait and those that are dead, and retries them."""

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from straitwatch import store as db
from straitwatch.core.model import (
    AlertFacts,
    DeliveryReason,
    DeliveryState,
    DigestFacts,
    Facts,
    NoticeFacts,
    RollupFacts,
)
from straitwatch.core.plural import counted
from straitwatch.store import DeliveryRecord
from straitwatch.web.desk import visit

_LISTED = 100
_SHOWN = 20  # delivered ones
_WAITING = (DeliveryState.HELD, DeliveryState.PENDING, DeliveryState.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """A message to one recipient."""

    record: DeliveryRecord
    title: str
    last: str  # the last answer of the other side

    @property
    def can_be_retried(self) -> bool:
        """False for a message that is being sent, or that is part of a later one."""
        record = self.record.delivery
        is_part = record.state_reason == DeliveryReason.CARRIER
        return record.state is not DeliveryState.SENDING and not is_part


def messages(request: Request) -> Response:
    """Answer with the messages that were not delivered, and the latest that were."""
    here = visit(request)
    with here.reading() as tx:
        dead = db.list_deliveries(tx, states=[DeliveryState.DEAD], limit=_LISTED)
        waiting = db.list_deliveries(tx, states=_WAITING, limit=_LISTED)
        latest = db.list_deliveries(tx, limit=_LISTED)  # asking for a state sorts all of its rows
    return here.page(
        "messages.html",
        dead=view_messages(dead),
        waiting=view_messages(waiting),
        sent=view_messages(_delivered(latest)[:_SHOWN]),
        listed=_LISTED,
    )


def _delivered(records: Iterable[DeliveryRecord]) -> list[DeliveryRecord]:
    return [record for record in records if record.delivery.state is DeliveryState.DELIVERED]


async def retry_message(request: Request) -> Response:
    """Send a message again at once."""
    here = visit(request)
    name = request.path_params["delivery"]
    if not await here.desk.store.run(db.retry_delivery, name, now=here.now):
        raise HTTPException(409, "Not retried: the message was sent, or is being sent.")
    return RedirectResponse("/messages", status_code=303)


async def retry_every_message(request: Request) -> Response:
    """Send every dead letter again at once."""
    here = visit(request)
    await here.desk.store.run(db.retry_dead, now=here.now)
    return RedirectResponse("/messages", status_code=303)


async def resume_receiver(request: Request) -> Response:
    """End the pause and the hold of a receiver, and try its messages again."""
    here = visit(request)
    await here.desk.store.run(db.resume_receiver, request.path_params["receiver"], now=here.now)
    return RedirectResponse("/status", status_code=303)


def view_messages(records: Iterable[DeliveryRecord]) -> list[MessageView]:
    """Return messages with their titles."""
    return [
        MessageView(
            record=record,
            title=_title(record.facts),
            last=" ".join(filter(None, (record.last_code, record.last_text))),
        )
        for record in records
    ]


def _title(facts: Facts) -> str:
    match facts:
        case AlertFacts():
            return facts.title
        case DigestFacts():
            return f"Digest {facts.name}"
        case RollupFacts():
            return f"{counted(facts.messages, 'message')} in one"
        case NoticeFacts():
            return facts.title
