"""The cost of edits in SQLite, which does not grow with the number of sent messages."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from builders.messages import make_digest, make_item
from builders.store import NOW, make_alert, make_delivery
from straitwatch.core.identity import action_id
from straitwatch.core.model import ActionKind, AlertKind, DeliveryState, ManualAction
from straitwatch.store import (
    Store,
    Transaction,
    add_action,
    add_alert,
    claim_edit,
    receivers_to_edit,
)
from straitwatch.store.rows import ALERT, DELIVERY

SENT = 3000
STEPS = 100  # of SQLite's virtual machine, between two counts
MANY = SENT // STEPS  # counts for one step for each sent message


@pytest.fixture
def busy_store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """An SQLite store with a story that an alert, its update and a digest name, and many others."""
    shutil.copy(sqlite_template, tmp_path / "straitwatch.db")
    store = Store.open(f"sqlite:///{tmp_path}/straitwatch.db")
    store.call(_fill)
    yield store
    store.close()


def _fill(tx: Transaction) -> None:
    digest = make_digest(items=(make_item(1), make_item(2)))
    add_alert(tx, make_alert(), [make_delivery("d1")])
    update = make_alert("a2", revision=2, kind=AlertKind.UPDATE)
    add_alert(tx, update, [make_delivery("d2", alert_id="a2", parent_id="d1")])
    listing = make_alert("a3", kind=AlertKind.DIGEST, story_id="", facts=digest)
    add_alert(tx, listing, [make_delivery("d3", alert_id="a3")])
    sent = {"state": DeliveryState.DELIVERED.value, "body": b"{}", "delivered_at": NOW}
    tx.execute(DELIVERY.update().values(sent | {"ref": {"ts": "17.1", "channel": "C1"}}))
    message = tx.execute(sa.select(DELIVERY).where(DELIVERY.c.id == "d1")).one()._asdict()
    alert = tx.execute(sa.select(ALERT).where(ALERT.c.id == "a1")).one()._asdict()
    numbers = [str(number) for number in range(SENT)]
    tx.execute(ALERT.insert(), [alert | {"id": n, "story_id": f"other{n}"} for n in numbers])
    others = [{"id": n, "alert_id": n, "story_id": f"other{n}", "seq": None} for n in numbers]
    tx.execute(DELIVERY.insert(), [message | other for other in others])


def count_steps(store: Store, function: Callable[..., Any], *args: Any, **more: Any) -> int:
    """Return the number of hundreds of steps that SQLite takes for a function of the store."""
    count = 0

    def add_one() -> int:
        nonlocal count
        count += 1
        return 0

    def work(tx: Transaction) -> None:
        driver: Any = tx.connection.connection.dbapi_connection
        driver.set_progress_handler(add_one, STEPS)
        try:
            function(tx, *args, **more)
        finally:
            driver.set_progress_handler(None, 0)

    store.call(work)
    return count


def mute(tx: Transaction) -> None:
    made = {"made_at": NOW, "story_id": "s1", "author": "ana"}
    add_action(tx, ManualAction(id=action_id("1"), kind=ActionKind.MUTE_STORY, **made))


def test_search_of_receivers_to_edit_reads_no_other_messages(busy_store: Store) -> None:
    assert count_steps(busy_store, receivers_to_edit, NOW) < MANY
    busy_store.call(mute)
    assert count_steps(busy_store, receivers_to_edit, NOW) < MANY


def test_action_reads_only_the_messages_about_its_story(busy_store: Store) -> None:
    assert count_steps(busy_store, mute) < MANY


def test_claim_of_an_edit_reads_only_the_thread_of_its_message(busy_store: Store) -> None:
    busy_store.call(mute)

    claim = {"receiver": "desk-slack", "now": NOW, "lease": timedelta(minutes=1)}

    assert count_steps(busy_store, claim_edit, **claim) < MANY
