"""Converts the features of a report to their stored form and back."""

from datetime import datetime
from sys import intern

from straitwatch.core.model import EntryKind, Features, SignalKind, Vector

_FIELD, _ITEM = "\x1f", "\x1e"  # these count as white space, so no title, term or name has them
_TUPLES = (
    "watchlists",
    "title_terms",
    "lead_terms",
    "title_names",
    "lead_names",
    "figures",
    "signals",
)


def features_to_text(features: Features) -> str:
    """Return the features as one string.

    Entry, arrival and vector are stored separately. The date of publication is not stored, because
    an edit may change it.
    """
    single = (
        features.title,
        features.canonical_url,
        features.site,
        features.outlet,
        features.language,
        features.lead_head,
        features.lead_figures,
        features.lead_digest,
        features.facts,
        features.kind,
    )
    tuples = (_ITEM.join(getattr(features, name)) for name in _TUPLES)
    return _FIELD.join((*single, *tuples))


def features_from_text(
    text: str, *, entry_id: str, seen_at: datetime, vector: Vector | None
) -> Features:
    """Parse the result of `features_to_text`."""
    title, url, site, outlet, language, head, counts, digest, facts, kind, *rest = text.split(
        _FIELD
    )
    lists, title_terms, lead_terms, title_names, lead_names, figures, signals = (
        tuple(map(intern, part.split(_ITEM))) if part else () for part in rest
    )
    return Features(
        entry_id=entry_id,
        seen_at=seen_at,
        title=title,
        canonical_url=url,
        site=site,
        outlet=outlet,
        language=language,
        watchlists=lists,
        title_terms=title_terms,
        lead_terms=lead_terms,
        title_names=title_names,
        lead_names=lead_names,
        lead_head=head,
        lead_figures=counts,
        lead_digest=digest,
        figures=figures,
        facts=facts,
        kind=EntryKind(kind),
        signals=tuple(map(SignalKind, signals)),
        vector=vector,
    )
