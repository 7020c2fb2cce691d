"""Stores the recipients that their mail server refuses, and since when."""

from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter

from straitwatch.core.model import Outcome, SendResult
from straitwatch.core.receivers import RefusedRecipient
from straitwatch.store.meta import set_meta
from straitwatch.store.rows import META
from straitwatch.store.transaction import Transaction

_KEY = "refused recipients of "  # of `meta`, followed by the name of the receiver
_ADAPTER = TypeAdapter(dict[str, RefusedRecipient])


def refused_recipients(tx: Transaction) -> dict[str, dict[str, RefusedRecipient]]:
    """Return the refused recipients by receiver and address."""
    query = sa.select(META.c.key, META.c.value).where(META.c.key.startswith(_KEY))
    return {
        key.removeprefix(_KEY): _ADAPTER.validate_json(value) for key, value in tx.execute(query)
    }


def record_recipient_result(
    tx: Transaction, receiver: str, recipient: str, result: SendResult, *, now: datetime
) -> None:
    """Note that one of several recipients is refused; a delivered message ends that.

    The messages of a receiver are sent one at a time, so no other result is written meanwhile.
    """
    if not recipient:
        return
    known = refused_recipients(tx).get(receiver, {})
    if result.is_recipient_refused and result.outcome is Outcome.PERMANENT:
        since_at = known[recipient].since_at if recipient in known else now
        answer = RefusedRecipient(since_at=since_at, code=result.code, text=result.text)
        _save(tx, receiver, {**known, recipient: answer})
    elif result.outcome is Outcome.DELIVERED and recipient in known:
        _keep(tx, receiver, known, known.keys() - {recipient})


def forget_former_recipients(tx: Transaction, recipients: Mapping[str, Collection[str]]) -> None:
    """Forget refused recipients that the configuration no longer has.

    Args:
        tx: the transaction.
        recipients: of the configuration, by receiver.
    """
    for receiver, known in refused_recipients(tx).items():
        _keep(tx, receiver, known, recipients.get(receiver, ()))


def _keep(
    tx: Transaction,
    receiver: str,
    known: Mapping[str, RefusedRecipient],
    addresses: Collection[str],
) -> None:
    kept = {address: answer for address, answer in known.items() if address in addresses}
    if len(kept) < len(known):
        _save(tx, receiver, kept)


def _save(tx: Transaction, receiver: str, refused: Mapping[str, RefusedRecipient]) -> None:
    set_meta(tx, _KEY + receiver, _ADAPTER.dump_json(dict(refused)).decode())
