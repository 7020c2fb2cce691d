"""Prepares text for the sentence encoder, and converts its vectors to their stored form.

A model returns unit vectors. They are stored as int8, scaled by one fixed factor, so that sums
over many vectors are sums of integers: exact, in any order, on any machine.
"""

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

MAX_TEXT = 400  # characters; a longer hostile text can take a model minutes, not half a second
_LEAD = 200  # characters of the summary; more of them add cost but no quality
_KANA = re.compile("[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d]")
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")  # ends a C string early, or is not UTF-8

# multilingual-e5-small returned no value above .17 (ADR 0009); values above .248 are clipped.
SCALE = 512.0
_LARGEST = 127


def encoder_text(title: str, lead: str, characters: Mapping[int, int]) -> str:
    """Join a cleaned title and the beginning of its summary for the encoder.

    Args:
        title: as displayed, not case-folded.
        lead: the summary, or "".
        characters: replaces code points, such as traditional Han by simplified ones. Japanese
            text is not changed.

    """
    title, lead = title.strip(), lead.strip()[:_LEAD].rstrip()
    text = f"{title}. {lead}" if title and lead else title or lead
    return readable(text if _KANA.search(text) else text.translate(characters))


def readable(text: str) -> str:
    """Replace unreadable characters, and cut the text at `MAX_TEXT` characters."""
    return _UNREADABLE.sub("\ufffd", text[:MAX_TEXT]).strip()


def to_int8(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Round unit vectors, one in each row, to their stored form.

    A vector that is not finite becomes zeros, which mean that the text has no vector.
    """
    finite = np.isfinite(vectors).all(axis=1, keepdims=True)
    scaled = np.rint(np.where(finite, vectors, 0) * SCALE)
    return np.clip(scaled, -_LARGEST, _LARGEST).astype(np.int8)
