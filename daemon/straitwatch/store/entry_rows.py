"""Turns rows of entries, matches and reports into values."""

from dataclasses import dataclass, replace
from datetime import datetime

from straitwatch.core.feature_text import features_from_text
from straitwatch.core.model import (
    NO_NOVELTY,
    Action,
    Decision,
    Entry,
    EntryKind,
    Features,
    Fold,
    Match,
    Reason,
    Relation,
    Severity,
    Vector,
)
from straitwatch.store.transaction import ResultRow

SENT_ACTIONS = (Action.ALERT.value, Action.UPDATE.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry as stored, with its decision, matches and story."""

    entry: Entry
    feed_id: str
    feed_name: str
    seen_at: datetime
    decision: Decision
    config_version: str = ""  # that decided; "" for entries older than this column
    matches: tuple[Match, ...] = ()
    fold: Fold | None = None
    features: Features | None = None  # of a report; None if an earlier version stored it
    attributions: tuple[str, ...] | None = None  # likewise

    @property
    def kind(self) -> EntryKind:
        """The kind of the entry; news if it is unknown."""
        return self.features.kind if self.features else EntryKind.NEWS


def entry_of_row(row: ResultRow) -> Entry:
    return Entry(
        id=row.id,
        guid=row.guid,
        url=row.url,
        canonical_url=row.canonical_url,
        title=row.title,
        summary=row.summary,
        content=row.content,
        authors=row.authors,
        links=row.links,
        published_at=row.published_at,
        language=row.language,
        source=row.source,
        text_hash=bytes(row.text_hash),
        has_page_text=row.has_page_text,
    )


def stored_of_row(
    row: ResultRow, *, matches: tuple[Match, ...] = (), report: ResultRow | None = None
) -> StoredEntry:
    """Return a stored entry; `report` is the row of its report if it matched."""
    stored = StoredEntry(
        entry=entry_of_row(row),
        feed_id=row.feed_id,
        feed_name=row.feed_name,
        seen_at=row.seen_at,
        decision=Decision(action=Action(row.action), reason=Reason(row.reason)),
        config_version=row.config_version,
        matches=matches,
    )
    if report is None:
        return stored
    features = features_of_row(report) if report.features else None
    return replace(
        stored, fold=fold_of_row(report), features=features, attributions=report.attributions
    )


def match_of_row(row: ResultRow) -> Match:
    return Match(
        watchlist=row.watchlist,
        score=row.score,
        severity=Severity(row.severity),
        hits=row.hits,
        rules=row.rules,
    )


def fold_of_row(row: ResultRow) -> Fold:
    return Fold(
        story_id=row.story_id,
        relation=Relation(row.relation),
        reason=row.reason,
        score=row.score,
        threshold=row.threshold,
        evidence=row.evidence,
        related=row.related,
        usual=row.usual,
        is_probable=row.is_probable,
        novelty=row.novelty or NO_NOVELTY,
    )


def features_of_row(row: ResultRow) -> Features:
    return features_from_text(
        row.features,
        entry_id=row.entry_id,
        seen_at=row.reported_at,  # not the entry's: it may have matched after an edit
        vector=Vector(model=row.vector_model, values=bytes(row.vector)) if row.vector else None,
    )
