"""Real worker processes, killed by real means."""

import asyncio
import os
import pickle
import signal
from collections.abc import AsyncIterator
from dataclasses import is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from builders import make_entry
from straitwatch import parsepool
from straitwatch.core.model import Article, Entry, ParsedDocument, ParseProblem
from straitwatch.core.parse_document import ParseRequest
from straitwatch.parsepool import ParsePool

NOW = datetime(2026, 11, 23, tzinfo=UTC)
TAIPEI = timezone(timedelta(hours=8))
GOOD = b'<rss version="2.0"><channel><item><title>One</title></item></channel></rss>'
# Deeply nested elements take feedparser seconds, whatever is mended before it.
SLOW = (
    b'<rss version="2.0"><channel><item>'
    + b"<a>" * 200_000
    + b"</a>" * 200_000
    + b"</item></channel></rss>"
)
BIG = (
    b'<rss version="2.0"><channel><item><title>'
    + b"x" * 15_000_000
    + b"</title></item></channel></rss>"
)


def _request(body: bytes) -> ParseRequest:
    return ParseRequest(body=body, feed_id="f", url="https://h.example/", fetched_at=NOW)


@pytest.fixture
async def pool() -> AsyncIterator[ParsePool]:
    async with ParsePool(1) as pool:
        yield pool


async def _worker_pid(pool: ParsePool) -> int:
    await pool.parse(_request(GOOD))
    return pool._idle[0].process.pid


async def test_document_is_read_in_another_process(pool: ParsePool) -> None:
    read = await pool.parse(_request(GOOD))

    assert [entry.title for entry in read.entries] == ["One"]
    assert await _worker_pid(pool) != os.getpid()


async def test_worker_sees_no_secret_of_the_environment(
    pool: ParsePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://desk:hush@db.example/news")

    pid = await _worker_pid(pool)

    assert b"hush" not in Path(f"/proc/{pid}/environ").read_bytes()


async def test_document_past_its_deadline_is_abandoned_and_the_next_one_is_read() -> None:
    async with ParsePool(1, timeout=timedelta(seconds=0.3)) as pool:
        slow = await pool.parse(_request(SLOW))
        assert slow.problem is ParseProblem.TIMEOUT
        assert pool._idle == []

    async with ParsePool(1) as pool:
        assert (await pool.parse(_request(GOOD))).problem is None


async def test_event_loop_runs_while_a_document_is_read() -> None:
    async with ParsePool(1, timeout=timedelta(seconds=0.5)) as pool:
        reading = asyncio.create_task(pool.parse(_request(SLOW)))
        beats = 0
        while not reading.done():
            await asyncio.sleep(0)
            beats += 1
        assert beats > 10


async def test_worker_that_is_killed_is_an_answer_and_is_replaced(pool: ParsePool) -> None:
    pid = await _worker_pid(pool)
    reading = asyncio.create_task(pool.parse(_request(SLOW)))
    while pool._idle:
        await asyncio.sleep(0)
    os.kill(pid, signal.SIGKILL)

    assert (await reading).problem is ParseProblem.TOO_LARGE
    assert (await pool.parse(_request(GOOD))).problem is None
    assert await _worker_pid(pool) != pid


async def test_worker_that_crashes_is_an_answer(pool: ParsePool) -> None:
    pid = await _worker_pid(pool)
    reading = asyncio.create_task(pool.parse(_request(SLOW)))
    while pool._idle:
        await asyncio.sleep(0)
    os.kill(pid, signal.SIGSEGV)

    read = await reading
    assert read.problem is ParseProblem.NOT_A_FEED
    assert "status -11" in read.detail


async def test_document_that_needs_too_much_memory_is_too_large() -> None:
    async with ParsePool(1, memory_bytes=90_000_000) as pool:
        read = await pool.parse(_request(BIG))

    assert read.problem is ParseProblem.TOO_LARGE


async def test_interrupt_from_the_keyboard_does_not_end_a_worker(pool: ParsePool) -> None:
    pid = await _worker_pid(pool)

    os.kill(pid, signal.SIGINT)

    assert await _worker_pid(pool) == pid


async def test_cancelled_document_ends_its_worker(pool: ParsePool) -> None:
    pid = await _worker_pid(pool)
    reading = asyncio.create_task(pool.parse(_request(SLOW)))
    while pool._idle:
        await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    assert not Path(f"/proc/{pid}").exists()
    assert (await pool.parse(_request(GOOD))).problem is None


async def test_closing_leaves_no_process_behind() -> None:
    pool = ParsePool(1)
    pid = await _worker_pid(pool)

    await pool.close()

    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(RuntimeError):
        await pool.parse(_request(GOOD))


async def test_worker_is_replaced_after_its_share_of_documents(
    pool: ParsePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsepool, "_MAX_DOCUMENTS", 2)
    pid = await _worker_pid(pool)

    await pool.parse(_request(GOOD))

    assert pool._idle == []
    assert await _worker_pid(pool) != pid


@pytest.mark.parametrize("answer", [print, os.system, ParsePool, "text", Entry])
def test_answer_of_a_worker_is_refused_unless_it_is_a_document(answer: object) -> None:
    with pytest.raises(pickle.UnpicklingError):
        parsepool._answer(pickle.dumps(answer))


@pytest.mark.parametrize(
    "reference",
    [
        "straitwatch.core.model.entry datetime",  # imported there, but not one of the answer's
        "straitwatch.core.model Entry",  # the name under which others import it
        "datetime datetime.fromtimestamp",
        "builtins getattr",
    ],
)
def test_answer_of_a_worker_names_no_other_attribute(reference: str) -> None:
    module, name = reference.split()

    with pytest.raises(pickle.UnpicklingError, match=name):
        parsepool._answer(f"c{module}\n{name}\n.".encode())


def _classes_in(kind: Any) -> set[Any]:
    """Return the classes that values of a type may contain."""
    if arguments := get_args(kind):
        return set[Any]().union(*map(_classes_in, arguments))
    fields = get_type_hints(kind).values() if is_dataclass(kind) else ()
    return {kind}.union(*map(_classes_in, fields))


def test_answer_of_a_worker_may_contain_every_class_of_a_document() -> None:
    builtin = {str, int, bool, bytes, type(None), ...}

    assert _classes_in(ParsedDocument | Article) - builtin <= set(
        parsepool._ANSWER_CLASSES.values()
    )


def test_answer_of_a_worker_keeps_every_field_of_a_document() -> None:
    document = ParsedDocument(
        format="rss20",
        entries=(make_entry(), make_entry(published_at=NOW.astimezone(TAIPEI))),
    )

    answer = parsepool._answer(pickle.dumps(document, protocol=pickle.HIGHEST_PROTOCOL))

    assert answer == document
