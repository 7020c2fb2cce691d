import asyncio
import shutil
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from straitwatch.errors import StoreError, StoreUnavailable
from straitwatch.store import Store, Transaction, connect, engine, fold_lock, get_meta, set_meta


class RefusedError(Exception):
    """Raised by a function of a test."""


def set_and_refuse(tx: Transaction, key: str) -> None:
    set_meta(tx, key, "1")
    raise RefusedError(key)


def set_all(tx: Transaction, keys: Sequence[str]) -> list[int]:
    """Set every key; answer each with the size of the batch."""
    for key in keys:
        if key.startswith("bad"):
            raise RefusedError(key)
        set_meta(tx, key, "1")
    return [len(keys)] * len(keys)


class Gate:
    """A function that keeps the writer busy until the test says so."""

    def __init__(self) -> None:
        self.is_reached = threading.Event()
        self.may_pass = threading.Event()

    def __call__(self, _tx: Transaction) -> None:
        self.is_reached.set()
        assert self.may_pass.wait(10)


async def queue_behind_a_gate(store: Store, *work: object) -> list[object]:
    """Queue coroutines while the writer is busy, so that they share the next commit."""
    gate = Gate()
    busy = asyncio.create_task(store.run(gate))
    await asyncio.to_thread(gate.is_reached.wait, 10)
    tasks = [asyncio.ensure_future(one) for one in work]
    await asyncio.sleep(0)  # every task has queued its work
    gate.may_pass.set()
    await busy
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_answer_means_that_the_work_is_committed(store: Store, store_url: str) -> None:
    await store.run(set_meta, "key", "1")

    engine = sa.create_engine(store_url)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT value FROM meta")).scalar() == "1"
    engine.dispose()


async def test_functions_that_are_queued_together_fail_alone(store: Store) -> None:
    good, bad, other = await queue_behind_a_gate(
        store,
        store.run(set_meta, "good", "1"),
        store.run(set_and_refuse, "bad"),
        store.run(set_meta, "other", "1"),
    )

    assert (good, type(bad), other) == (None, RefusedError, None)
    assert [store.call(get_meta, key) for key in ("good", "bad", "other")] == ["1", None, "1"]


async def test_memory_of_work_that_failed_is_cleared_before_its_neighbour_looks(
    store: Store,
) -> None:
    memory = ["what was there"]

    def take_in_and_refuse(tx: Transaction) -> None:
        tx.on_rollback(memory.clear)
        memory.append("what was not committed")
        raise RefusedError

    def look(_tx: Transaction) -> list[str]:
        return list(memory)

    before, bad, after = await queue_behind_a_gate(
        store, store.run(look), store.run(take_in_and_refuse), store.run(look)
    )

    assert (before, type(bad), after) == (["what was there"], RefusedError, [])


async def test_memory_is_cleared_when_the_commit_that_many_share_fails(store: Store) -> None:
    memory = ["what was not committed"]

    def take_in(tx: Transaction) -> None:
        tx.on_rollback(memory.clear)

    def fail_together(tx: Transaction) -> None:
        tx.connection.invalidate()
        tx.execute(sa.text("SELECT 1"))

    took, _ = await queue_behind_a_gate(store, store.run(take_in), store.run(fail_together))

    assert isinstance(took, Exception)
    assert memory == []


async def test_memory_of_work_that_was_committed_is_kept(store: Store) -> None:
    memory = ["what was committed"]

    def take_in(tx: Transaction) -> None:
        tx.on_rollback(memory.clear)

    await queue_behind_a_gate(store, store.run(take_in), store.run(set_and_refuse, "bad"))

    assert memory == ["what was committed"]


async def test_refused_statement_does_not_take_its_neighbours_along(store: Store) -> None:
    def break_a_rule(tx: Transaction) -> None:
        tx.execute(sa.text("INSERT INTO meta (key) VALUES ('no value')"))

    good, bad = await queue_behind_a_gate(
        store, store.run(set_meta, "good", "1"), store.run(break_a_rule)
    )

    assert (good, type(bad)) == (None, StoreError)
    assert store.call(get_meta, "good") == "1"


async def test_lost_transaction_reports_no_item_as_done(
    sqlite_template: Path, tmp_path: Path
) -> None:
    store = Store.open(f"sqlite:///{shutil.copy(sqlite_template, tmp_path)}")
    store.call(fill_up)

    before, too_large, after = await queue_behind_a_gate(
        store,
        store.run(set_meta, "before", "1"),
        store.run(set_meta, "too large", "x" * 1_000_000),
        store.run(set_meta, "after", "1"),
    )

    assert [type(one) for one in (before, too_large, after)] == [StoreUnavailable] * 3
    assert "full" in str(before)
    assert [store.call(get_meta, key) for key in ("before", "after")] == [None, None]
    store.close()


def fill_up(tx: Transaction) -> None:
    """Leave the database no room to grow, as a full disk does."""
    pages = tx.execute(sa.text("PRAGMA page_count")).scalar_one()
    tx.execute(sa.text(f"PRAGMA max_page_count={pages}"))


async def test_batched_items_are_handled_in_one_call(store: Store) -> None:
    answers = await queue_behind_a_gate(
        store, *(store.batch(set_all, f"key{number}") for number in range(5))
    )

    assert answers == [5] * 5


async def test_batched_item_that_fails_fails_alone(store: Store) -> None:
    answers = await queue_behind_a_gate(
        store, *(store.batch(set_all, key) for key in ("k1", "bad", "k2"))
    )

    assert [type(answer) for answer in answers] == [int, RefusedError, int]
    assert [store.call(get_meta, key) for key in ("k1", "k2")] == ["1", "1"]


async def test_answer_for_each_item_is_insisted_on(store: Store) -> None:
    def forget(_tx: Transaction, _items: Sequence[str]) -> list[int]:
        return []

    with pytest.raises(StoreError, match="1 items, 0 answers"):
        await store.batch(forget, "item")


async def test_cancelled_caller_does_not_take_the_work_back(store: Store) -> None:
    gate = Gate()
    busy = asyncio.create_task(store.run(gate))
    await asyncio.to_thread(gate.is_reached.wait, 10)
    task = asyncio.create_task(store.run(set_meta, "key", "1"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.may_pass.set()
    await busy

    assert store.call(get_meta, "key") == "1"


async def test_function_that_raises_is_rolled_back(store: Store) -> None:
    with pytest.raises(RefusedError):
        await store.run(set_and_refuse, "key")

    assert store.call(get_meta, "key") is None


@pytest.mark.parametrize("items", [0, 1, 5, 250])
def test_closing_waits_for_all_that_is_queued(store_url: str, items: int) -> None:
    store = Store.open(store_url)

    async def queue_and_close() -> list[int]:
        gate = Gate()
        busy = asyncio.create_task(store.run(gate))
        await asyncio.to_thread(gate.is_reached.wait, 10)
        tasks = [asyncio.create_task(store.batch(set_all, f"k{n}")) for n in range(items)]
        await asyncio.sleep(0)
        closing = asyncio.create_task(asyncio.to_thread(store.close))
        gate.may_pass.set()
        await closing
        await busy
        return await asyncio.gather(*tasks)

    assert len(asyncio.run(queue_and_close())) == items
    reopened = Store.open(store_url)
    assert all(reopened.call(get_meta, f"k{number}") == "1" for number in range(items))
    reopened.close()


def test_closed_store_says_so_and_may_be_closed_again(store_url: str) -> None:
    store = Store.open(store_url)
    store.close()
    store.close()

    with pytest.raises(StoreUnavailable, match="closed"):
        store.call(get_meta, "key")


def test_shutdown_never_hangs_however_callers_are_timed(store_url: str) -> None:
    for round_ in range(50):
        store = Store.open(store_url)
        answers: list[object] = []
        callers = [
            threading.Thread(target=_call_until_closed, args=(store, f"{round_}-{n}", answers))
            for n in range(3)
        ]
        for caller in callers:
            caller.start()
        store.close()
        for caller in callers:
            caller.join(10)
            assert not caller.is_alive()

    reopened = Store.open(store_url)
    assert all(reopened.call(get_meta, key) == "1" for key in answers if isinstance(key, str))
    reopened.close()


def _call_until_closed(store: Store, key: str, answers: list[object]) -> None:
    try:
        for number in range(1_000):
            store.call(set_meta, f"{key}-{number}", "1")
            answers.append(f"{key}-{number}")
    except StoreUnavailable:
        return


def test_lost_connection_is_reported_and_the_next_call_works(store: Store) -> None:
    def cut(tx: Transaction) -> None:
        if tx.is_postgres:
            tx.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))
        tx.connection.connection.driver_connection.close()
        tx.execute(sa.text("SELECT 1"))

    with pytest.raises(StoreError):
        store.call(cut)

    store.call(set_meta, "key", "1")
    assert store.call(get_meta, "key") == "1"


def test_reader_sees_one_state_and_does_not_block_writers(store: Store) -> None:
    store.call(set_meta, "key", "before")

    with store.reading() as tx:
        first = get_meta(tx, "key")
        store.call(set_meta, "key", "after")
        second = get_meta(tx, "key")

    assert (first, second) == ("before", "before")
    assert store.call(get_meta, "key") == "after"


@pytest.mark.postgres
def test_replica_that_freezes_does_not_block_the_others(
    postgres_migrated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "FROZEN_AFTER", "500ms")
    frozen, other = Store.open(postgres_migrated), Store.open(postgres_migrated)
    holds, thaws = threading.Event(), threading.Event()

    def stand_still(tx: Transaction) -> None:
        fold_lock(tx)
        holds.set()
        thaws.wait(30)

    with ThreadPoolExecutor(1) as pool:
        stuck = pool.submit(frozen.call, stand_still)
        assert holds.wait(30)
        other.call(fold_lock)
        is_still_frozen = not stuck.done()
        thaws.set()

    assert is_still_frozen
    assert isinstance(stuck.exception(), StoreError)
    for store in (frozen, other):
        store.close()


@pytest.mark.postgres
def test_reader_on_postgresql_may_take_its_time(
    postgres_migrated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "FROZEN_AFTER", "200ms")
    store = Store.open(postgres_migrated)
    with store.reading() as tx:
        before = get_meta(tx, "key")
        time.sleep(0.6)
        after = get_meta(tx, "key")

    assert after == before
    store.close()


async def test_slices_of_long_work_wait_for_the_short_work_of_others(store: Store) -> None:
    done: list[str] = []

    def note(_tx: Transaction, name: str) -> None:
        done.append(name)

    await queue_behind_a_gate(
        store,
        store.run_slice(note, "slice 1"),
        store.run_slice(note, "slice 2"),
        store.run(note, "claim 1"),
        store.run(note, "claim 2"),
    )

    assert done == ["claim 1", "claim 2", "slice 1", "slice 2"]


async def test_slice_is_done_although_short_work_never_ends(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SLICE_EVERY", 0.0)
    done: list[str] = []

    def note(_tx: Transaction, name: str) -> None:
        done.append(name)

    await queue_behind_a_gate(
        store,
        store.run(note, "claim 1"),
        store.run_slice(note, "slice"),
        store.run(note, "claim 2"),
    )

    assert done == ["claim 1", "slice", "claim 2"]


def test_closing_waits_for_slices(store_url: str) -> None:
    store = Store.open(store_url)

    async def queue_and_close() -> None:
        gate = Gate()
        busy = asyncio.create_task(store.run(gate))
        await asyncio.to_thread(gate.is_reached.wait, 10)
        tasks = [asyncio.create_task(store.run_slice(set_meta, f"k{n}", "1")) for n in range(3)]
        await asyncio.sleep(0)
        closing = asyncio.create_task(asyncio.to_thread(store.close))
        gate.may_pass.set()
        await asyncio.gather(busy, closing, *tasks)

    asyncio.run(queue_and_close())

    reopened = Store.open(store_url)
    assert [reopened.call(get_meta, f"k{number}") for number in range(3)] == ["1"] * 3
    reopened.close()
