"""Sentence encoders for tests: no model, and every way to fail."""

import ctypes
import os
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from straitwatch.engines import Engine

DIMENSIONS = 16


def load() -> Engine:
    return Engine(model="tiny", dimensions=DIMENSIONS, encode=_encode)


def load_other() -> Engine:
    return Engine(model="other", dimensions=DIMENSIONS, encode=_encode)


def load_what_it_sees() -> Engine:
    """Name the model after the environment and the niceness of the worker."""
    seen = " ".join([f"nice={os.nice(0)}", *sorted(os.environ)])
    return Engine(model=seen, dimensions=DIMENSIONS, encode=_encode)


def load_too_short() -> Engine:
    return Engine(model="short", dimensions=DIMENSIONS, encode=lambda texts: _encode(texts)[:, 1:])


def load_nothing() -> Engine:
    raise OSError("no such model")


def _encode(texts: Sequence[str]) -> NDArray[np.float32]:
    rows = np.array([_numbers(text) for text in texts], dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def _numbers(text: str) -> list[float]:
    if "crash" in text:
        ctypes.string_at(0)
    if "hang" in text:
        time.sleep(60)
    if "print" in text:
        os.write(1, b"this must not look like an answer")
    if "hog" in text:
        bytearray(2**40)
    if "nan" in text:
        return [float("nan")] * DIMENSIONS
    counts = [1.0] + [0.0] * (DIMENSIONS - 1)
    for character in text:
        counts[ord(character) % DIMENSIONS] += 1
    return counts
