"""Reads stored sentence vectors back."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def unit_rows(values: Sequence[bytes]) -> NDArray[np.float32]:
    """Return stored vectors of one model as unit vectors, one in each row."""
    rows = np.stack([np.frombuffer(value, dtype=np.int8) for value in values]).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
