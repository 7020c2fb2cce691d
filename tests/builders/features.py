"""Features of invented reports, as the window folds them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from builders.beat import SHIPPED
from straitwatch.core.cluster import FeatureReader, Lexicon
from straitwatch.core.model import Entry, Features, Vector

START = datetime(2026, 9, 1, 6, tzinfo=UTC)
READER = FeatureReader(Lexicon(SHIPPED))
MODEL = "test-model"


def make_features(title: str, *, hours: float = 0, **fields: object) -> Features:
    """Read a report; `summary` and `source` are those of its entry, the rest are features."""
    entry = Entry(
        id=f"{title}@{hours}",
        guid="",
        url="",
        canonical_url=str(fields.pop("canonical_url", "")),
        title=title,
        summary=str(fields.pop("summary", "")),
    )
    features = READER.read(
        entry,
        outlet=str(fields.pop("source", "")),
        language=str(fields.pop("language", "")),
        watchlists=("strait",),
        seen_at=START + timedelta(hours=hours),
    )
    return replace(features, **fields)  # type: ignore[arg-type]


def make_vector(*direction: float, model: str = MODEL) -> Vector:
    """Return a stored vector of a few dimensions, of about unit length."""
    length = sum(part * part for part in direction) ** 0.5 or 1.0
    values = bytes(round(part / length * 100) % 256 for part in direction)
    return Vector(model=model, values=values)
