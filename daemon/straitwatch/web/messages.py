"""Shows the messages that wait and those that are dead, and retries them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import Any

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
    Frozen,
    NoticeFacts,
    RollupFacts,
)
from straitwatch.core.plural import counted
from straitwatch.core.receivers import describe_receivers
from straitwatch.store import DeliveryRecord
from straitwatch.web.desk import visit

_LISTED = 100
_SHOWN = 20  # delivered ones
_WAITING = (DeliveryState.HELD, DeliveryState.PENDING, DeliveryState.SENDING)
_RETRIABLE = (DeliveryState.HELD, DeliveryState.PENDING, DeliveryState.DEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """A message to one recipient."""

    record: DeliveryRecord
    title: str
    last: str  # the last answer of the other side

    @property
    def can_be_retried(self) -> bool:
        """False for a message that is delivered, being sent, or part of another one."""
        found = self.record.delivery
        return found.state in _RETRIABLE and found.state_reason != DeliveryReason.CARRIER

    @property
    def state(self) -> str:
        """The state and its reason, such as `pending: receiver broken`."""
        found = self.record.delivery
        if not found.state_reason or found.state_reason == found.state:
            return found.state
        return f"{found.state}: {found.state_reason.replace('_', ' ')}"


def messages(request: Request) -> Response:
    """Answer with the messages that were not delivered, and the latest that were."""
    here = visit(request)
    with here.reading() as tx:
        dead = db.list_deliveries(tx, states=[DeliveryState.DEAD], limit=_LISTED)
        waiting = db.list_deliveries(tx, states=_WAITING, limit=_LISTED)
        sent = db.latest_delivered(tx, limit=_SHOWN)
        conditions, mark = db.receiver_conditions(tx), db.news_mark(tx)
    receivers = describe_receivers(conditions, here.config.receivers, here.now, here.zone)
    return here.page(
        "messages.html",
        broken=[receiver for receiver in receivers if receiver.is_broken],
        dead=view_messages(dead),
        waiting=view_messages(waiting),
        sent=view_messages(sent),
        listed=_LISTED,
        mark=mark,
    )


def message(request: Request) -> Response:
    """Answer with a message: its attempts, and its text."""
    here = visit(request)
    wanted = request.path_params["delivery"]
    with here.reading() as tx:
        record = db.show_delivery(tx, wanted)
        members = db.merged_into(tx, wanted)
    if record is None:
        raise HTTPException(404, f"no message {wanted}")
    (shown,) = view_messages([record])
    body = readable(record.frozen) if record.frozen else ""
    return here.page("message.html", message=shown, members=view_messages(members), body=body)


def readable(frozen: Frozen) -> str:
    """Return the text of a message as it was sent: without pictures, HTML and addresses."""
    match frozen.content_type:
        case "application/json":
            return _readable_json(json.loads(frozen.body))
        case "message/rfc822":
            mail = message_from_bytes(frozen.body, policy=policy.default)
            part = mail.get_body(("plain",))
            return str(part.get_content()) if part else ""
        case _:
            return frozen.body.decode("utf-8", "replace")


def _readable_json(content: Mapping[str, Any]) -> str:
    """Return the text of a message to Slack, to a service of Apprise, or to the terminal."""
    texts = [
        part.get("text")
        for block in content.get("blocks", ())
        for part in (block.get("text", {}), *_small_print(block))
    ]
    parts = texts or [content.get(name) for name in ("text", "title", "body")]
    return "\n\n".join(filter(None, parts))


def _small_print(block: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    elements: Sequence[Mapping[str, Any]] = block.get("elements", ())
    return elements if block.get("type") == "context" else ()


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
    here, name = visit(request), request.path_params["receiver"]
    if name not in here.config.receivers:
        raise HTTPException(404, f"no receiver {name}")
    await here.desk.store.run(db.resume_receiver, name, now=here.now)
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
