"""The sentence vectors of the open stories of one watch-list.

Raw cosines of a multilingual encoder say little on one topic: all of them lie between .75 and .9.
Each vector is therefore centered: the mean of the list's latest reports is subtracted, and the mean
of each language shrunk towards it. It corresponds to the rarity of terms: measured on a
nine-language stream, it doubles the share of events that are found across languages. The sums are
integers over the ten days of the window, so that they do not depend on the order of the reports.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from straitwatch.core.cluster.prior import shipped_mean
from straitwatch.core.cluster.terms import NO_LIKENESS, Likeness
from straitwatch.core.model import Vector
from straitwatch.core.vectors import SCALE

Centered = NDArray[np.float32]

_PRIOR_REPORTS = 30  # the weight of the shipped mean
_SHRINKAGE = 30  # reports of a language until its own mean counts for half
_MAX_ROWS = 4096  # the latest reports that are compared: bounds the time of one comparison
_FIRST_ROWS = 64
_NEAREST = 8  # stories that are found by meaning
_TOP = 24  # reports among which these are looked for


@dataclass(slots=True)
class _Mean:
    total: NDArray[np.int64]
    count: int = 0


@dataclass(slots=True)
class _Story:
    total: Centered
    rows: list[int] = field(default_factory=list)


class VectorIndex:
    """Compares the vectors of one model; those of others have an index of their own."""

    def __init__(self, model: str, size: int) -> None:
        """Begin without reports, with the mean that is shipped for the model."""
        self._prior = shipped_mean(model, size)
        self._all = _Mean(np.zeros(size, np.int64))
        self._languages: dict[str, _Mean] = {}
        self._rows = np.zeros((0, size), np.float32)
        self._owners: list[str] = []
        self._next = 0
        self._stories: dict[str, _Story] = {}

    def center(self, vector: Vector, language: str) -> Centered:
        """Return a stored vector relative to its list and language, of unit length."""
        count = self._all.count
        mean = (self._all.total / SCALE + _PRIOR_REPORTS * self._prior) / (count + _PRIOR_REPORTS)
        if own := self._languages.get(language):
            mean = (own.total / SCALE + _SHRINKAGE * mean) / (own.count + _SHRINKAGE)
        shifted = np.frombuffer(vector.values, np.int8) / SCALE - mean
        length = float(np.linalg.norm(shifted)) or 1.0
        return (shifted / length).astype(np.float32)

    def count(self, vector: Vector, language: str, *, by: int = 1) -> None:
        """Count a report in the means (`by` 1) or forget it (-1)."""
        raw = np.frombuffer(vector.values, np.int8)
        own = self._languages.get(language)
        if own is None:
            own = self._languages[language] = _Mean(np.zeros(len(raw), np.int64))
        for mean in (self._all, own):
            mean.total += by * raw.astype(np.int64)
            mean.count += by

    def add(self, story_id: str, vector: Centered) -> None:
        """Add a centered vector to an open story."""
        row = self._take_row()
        self._rows[row] = vector
        self._owners[row] = story_id
        story = self._stories.get(story_id)
        if story is None:
            self._stories[story_id] = _Story(vector.copy(), [row])
        else:
            story.total = story.total + vector
            story.rows.append(row)

    def skip(self) -> None:
        """Leave out a report whose story is closed by now; it keeps its row among the latest."""
        self._take_row()

    def close(self, story_id: str) -> None:
        """Remove a story."""
        story = self._stories.pop(story_id, None)
        for row in story.rows if story else ():
            self._owners[row] = ""
            self._rows[row] = 0.0

    def nearest(self, vector: Centered) -> list[str]:
        """Return the ids of the stories whose reports are nearest in meaning."""
        if not self._owners:
            return []
        cosines = self._rows[: len(self._owners)] @ vector
        top = min(_TOP, len(cosines))
        rows = np.argpartition(-cosines, top - 1)[:top]
        ordered = rows[np.argsort(-cosines[rows], kind="stable")]
        owners = (self._owners[row] for row in ordered)
        return list(dict.fromkeys(owner for owner in owners if owner))[:_NEAREST]

    def likeness(self, story_id: str, vector: Centered) -> Likeness:
        """Return how much a report resembles a story in meaning."""
        story = self._stories.get(story_id)
        if story is None:
            return NO_LIKENESS
        length = float(np.linalg.norm(story.total)) or 1.0
        centroid = float(story.total @ vector) / length
        nearest = float((self._rows[story.rows] @ vector).max()) if story.rows else centroid
        return Likeness(nearest=nearest, centroid=centroid)

    def _take_row(self) -> int:
        """Return the next of the latest rows, emptied."""
        row = self._next
        self._next = (row + 1) % _MAX_ROWS
        if row == len(self._owners):
            self._owners.append("")
            if row == len(self._rows):
                more = np.zeros((max(row, _FIRST_ROWS), self._rows.shape[1]), np.float32)
                self._rows = np.concatenate([self._rows, more])
            return row
        if replaced := self._owners[row]:
            self._stories[replaced].rows.remove(row)
            self._owners[row] = ""
        self._rows[row] = 0.0
        return row
