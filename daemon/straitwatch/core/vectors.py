"""Sentence vectors: the text that they are made of, and how they are stored.

A model gives unit vectors. They are kept as int8, scaled by one fixed factor, so that sums over
many vectors are sums of whole numbers: exact, in any order, on any machine.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

MAX_TEXT = 400  # characters; hostile text of this length costs a model half a second, not minutes
_LEAD = 200  # characters of the summary; more adds cost and no quality
_KANA = re.compile("[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d]")
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")  # ends a C string early; is no UTF-8

# The largest number that multilingual-e5-small gave is .17 (ADR 0009); beyond .248 it is cut.
_SCALE = 512.0
_LARGEST = 127


def encoder_text(title: str, lead: str, characters: Mapping[int, int]) -> str:
    """Join a cleaned title and the beginning of its summary as a sentence encoder reads them.

    Args:
        title: as it is shown, not case-folded.
        lead: the summary, or "".
        characters: code points to read as others, such as traditional Han as simplified; Japanese
            is left as it is.

    """
    title, lead = title.strip(), lead.strip()[:_LEAD].rstrip()
    text = f"{title}. {lead}" if title and lead else title or lead
    return readable(text if _KANA.search(text) else text.translate(characters))


def readable(text: str) -> str:
    """Replace what no encoder can read, and cut the text at `MAX_TEXT` characters."""
    return _UNREADABLE.sub("\ufffd", text[:MAX_TEXT]).strip()


def to_int8(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Round unit vectors, one in each row, to the form in which they are stored.

    A vector that is not finite becomes zeros, which is no vector of any text.
    """
    finite = np.isfinite(vectors).all(axis=1, keepdims=True)
    scaled = np.rint(np.where(finite, vectors, 0) * _SCALE)
    return np.clip(scaled, -_LARGEST, _LARGEST).astype(np.int8)


def stacked(values: Sequence[bytes]) -> NDArray[np.int8]:
    """Return stored vectors of one model as the rows of a matrix."""
    joined = np.frombuffer(b"".join(values), dtype=np.int8)
    return joined.reshape(len(values), -1) if values else joined.reshape(0, 0)


def unit_rows(matrix: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return the rows as unit vectors; a row of zeros stays one."""
    rows = matrix.astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)
