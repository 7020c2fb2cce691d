"""Entries, matches, reports and stories; one poll's plan is written here."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa

from straitwatch.core.cluster import features_from_text, features_to_text, is_return
from straitwatch.core.model import (
    NO_NOVELTY,
    Action,
    AlertFacts,
    Decision,
    EarlierEntry,
    Entry,
    EntryKind,
    Features,
    Fold,
    FoldedReport,
    KnownEntry,
    LinkKind,
    Match,
    Plan,
    PlannedEntry,
    Reason,
    Relation,
    Report,
    Severity,
    Story,
    Vector,
)
from straitwatch.core.plan import RETURNED, SAME_GUID
from straitwatch.core.report import feature_reader
from straitwatch.store.delivery_rows import facts_adapter
from straitwatch.store.engine import Transaction
from straitwatch.store.feeds import has_lease, write_state
from straitwatch.store.outbox import add_deliveries, insert_alerts
from straitwatch.store.rows import (
    ALERT,
    ENTRY,
    FEED,
    MATCH,
    REPORT,
    SENT_EDIT,
    STORY,
    STORY_CONSTRAINT,
)
from straitwatch.store.shadow import write_differences

T = TypeVar("T")

IS_WHOLE = STORY.c.merged_into.is_(None)  # not a part of another story

LEAST_ID = 4  # characters of an id's beginning: fewer are no id, but a slip
_CHUNK = 500  # ids in one IN (...): far below every engine's limit of parameters
_LISTED_STEP = timedelta(days=7)  # how exactly `listed_at` is kept; daily would write 7x as often
_FOLD_LOCK = 0x464F_4C44  # any number; the same for every replica


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry:
    """An entry as it is stored, with all that was concluded about it."""

    entry: Entry
    feed_id: str
    feed_name: str
    seen_at: datetime
    decision: Decision
    config_version: str = ""  # that decided; "": stored before this was kept
    matches: tuple[Match, ...] = ()
    fold: Fold | None = None
    kind: EntryKind = EntryKind.NEWS


@dataclass(frozen=True, slots=True, kw_only=True)
class SentEdit:
    """An edit that people were sent, in the story where its report is now."""

    seq: int
    story_id: str
    features: Features


# ---------------------------------------------------------------- the context of a plan


def known_entries(
    tx: Transaction, ids: Collection[str], *, now: datetime | None = None
) -> dict[str, KnownEntry]:
    """Return what is known of those of these entries that were seen before.

    With `now` they are also noted as still listed by their feed, so that pruning keeps them.
    """
    known: dict[str, KnownEntry] = {}
    stale: list[str] = []
    for chunk in _chunks(ids):
        for row in tx.execute(_KNOWN, {"ids": chunk}):
            known[row.id] = KnownEntry(
                entry_id=row.id,
                text_hash=bytes(row.text_hash),
                title=row.title,
                story_id=row.story_id or "",
                watchlists=row.watchlists or (),
            )
            if now and (row.listed_at is None or row.listed_at < now - _LISTED_STEP):
                stale.append(row.id)
    for chunk in _chunks(stale):
        tx.execute(ENTRY.update().where(ENTRY.c.id.in_(chunk)).values(listed_at=now))
    return known


def earlier_entries(tx: Transaction, ids: Collection[str]) -> dict[str, EarlierEntry]:
    """Return these entries as they are stored, by id."""
    return {
        row.id: EarlierEntry(entry=_to_entry(row), seen_at=row.seen_at)
        for chunk in _chunks(ids)
        for row in tx.execute(sa.select(ENTRY).where(ENTRY.c.id.in_(chunk)))
    }


def familiar_entries(
    tx: Transaction, feed_id: str, entries: Sequence[Entry], *, with_text: bool = False
) -> set[str]:
    """Return the ids of those entries that this feed has carried before, by their titles.

    A title that several of these entries share tells nothing without the text under it; the
    others tell enough, except `with_text`.
    """
    entries_by_key: dict[bytes, list[Entry]] = {}
    for entry in entries:
        if entry.title:
            entries_by_key.setdefault(title_key(entry.title), []).append(entry)
    found: set[str] = set()
    for chunk in _chunks(entries_by_key):
        query = sa.select(ENTRY.c.title_key, ENTRY.c.text_hash).where(
            ENTRY.c.feed_id == feed_id, ENTRY.c.title_key.in_(chunk)
        )
        for key, text_hash in tx.execute(query.distinct()):
            named = entries_by_key[bytes(key)]
            is_own = len(named) == 1 and not with_text
            found.update(one.id for one in named if is_own or one.text_hash == bytes(text_hash))
    return found


_KNOWN = (
    sa.select(
        ENTRY.c.id,
        ENTRY.c.text_hash,
        ENTRY.c.title,
        ENTRY.c.listed_at,
        REPORT.c.story_id,
        REPORT.c.watchlists,
    )
    .select_from(ENTRY.outerjoin(REPORT, REPORT.c.entry_id == ENTRY.c.id))
    .where(ENTRY.c.id.in_(sa.bindparam("ids", expanding=True)))
)


def returned_pages(tx: Transaction, reports: Sequence[Report]) -> dict[str, Fold]:
    """Return the story of each report that its page showed before under the same title, by entry.

    However long ago: a page that comes back after months, with another guid, is no news. Another
    text under a constant title is.
    """
    wanted = {
        (url_key(report.entry.canonical_url), title_key(report.entry.title)): report
        for report in reports
        if report.entry.canonical_url and report.entry.title
    }
    found: dict[str, Fold] = {}
    for chunk in _chunks(wanted):
        for row in _rows_of_pages(tx, chunk):
            report = wanted.get((bytes(row.canonical_key), bytes(row.title_key)))
            if report is None or not _is_return(report, row):
                continue
            fold = found.setdefault(report.entry.id, _returned(report, row.story_id))
            if (row.story_id, row.outlet) == (fold.story_id, report.outlet.name):
                found[report.entry.id] = replace(fold, is_own_repeat=True)
    return found


def _rows_of_pages(
    tx: Transaction, keys: Sequence[tuple[bytes | None, bytes]]
) -> Iterable[sa.Row[*tuple[Any, ...]]]:
    pages, titles = zip(*keys, strict=True)  # some feeds give all of their entries one page
    outlet = sa.func.coalesce(sa.func.nullif(ENTRY.c.source, ""), FEED.c.name).label("outlet")
    query = (
        sa.select(ENTRY, outlet, REPORT.c.story_id, REPORT.c.reported_at)
        .join_from(ENTRY, REPORT, REPORT.c.entry_id == ENTRY.c.id)
        .join(FEED, FEED.c.id == ENTRY.c.feed_id)
        .where(ENTRY.c.canonical_key.in_(pages), ENTRY.c.title_key.in_(titles))
        .order_by(REPORT.c.seq)
    )
    return tx.execute(query)


def _is_return(report: Report, row: sa.Row[*tuple[Any, ...]]) -> bool:
    earlier = EarlierEntry(entry=_to_entry(row), seen_at=row.reported_at)
    return is_return(report.features, earlier, outlet=row.outlet)


def _returned(report: Report, story_id: str) -> Fold:
    return Fold(
        story_id=story_id,
        relation=Relation.SAME_ENTRY,
        reason=RETURNED,
        evidence=(report.entry.canonical_url,),
    )


def stories_by_id(tx: Transaction, ids: Collection[str]) -> dict[str, Story]:
    """Return the stories that exist, by id; those that were merged into others do not."""
    rows = (
        row
        for chunk in _chunks(ids)
        for row in tx.execute(sa.select(STORY).where(STORY.c.id.in_(chunk), IS_WHOLE))
    )
    return {row.id: _to_story(row) for row in rows}


class StoredStories(Mapping[str, Story]):
    """The stories of the store by id, each read when it is asked for, once."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._read: dict[str, Story | None] = {}

    def __getitem__(self, story_id: str) -> Story:
        """Return a story as it is now; merged ones do not exist."""
        if story_id not in self._read:
            self._read[story_id] = stories_by_id(self._tx, [story_id]).get(story_id)
        story = self._read[story_id]
        if story is None:
            raise KeyError(story_id)
        return story

    def __iter__(self) -> Iterator[str]:
        """Yield the ids of the stories that were read."""
        return (story_id for story_id, story in self._read.items() if story is not None)

    def __len__(self) -> int:
        """Return how many stories were read."""
        return sum(1 for _ in self)


def current_story(tx: Transaction, story_id: str) -> Story | None:
    """Return a story, or the one that it was merged into; None when there never was one.

    The beginning of an id will do, from `LEAST_ID` characters, where no other story's id begins so.
    """
    query = sa.select(STORY.c.id, STORY.c.merged_into)
    found = tx.execute(query.where(STORY.c.id == story_id)).all()
    if not found and len(known := story_id.rstrip("…")) >= LEAST_ID:
        begins = STORY.c.id.startswith(known, autoescape=True)
        found = tx.execute(query.where(begins).limit(2)).all()
    if len(found) != 1:
        return None
    current = found[0].merged_into or found[0].id
    return stories_by_id(tx, [current]).get(current)


def headline_entries(tx: Transaction, headline: str) -> list[StoredEntry]:
    """Return the entry that gave a story its headline, whatever its title is by now.

    All entries of the story if that one is not known; none if several stories have the headline.
    """
    query = sa.select(STORY).where(STORY.c.title == headline, IS_WHOLE).limit(2)
    found = [_to_story(row) for row in tx.execute(query)]
    if len(found) != 1:
        return []
    (story,) = found
    urls = {report.url for report in story.reports if report.title == headline}
    entries = story_entries(tx, story.id)
    return [stored for stored in entries if stored.entry.url in urls] or entries


def recent_reports(tx: Transaction, *, since_at: datetime, after_seq: int) -> list[FoldedReport]:
    """Return the reports of matched entries in the order in which they were folded.

    An in-memory window is filled with them at start, and kept up with other replicas by asking
    again after the last number. Nothing is skipped if the caller holds `fold_lock`.
    """
    query = (
        sa.select(REPORT, ENTRY.c.action, _SENT_AS_EDIT.label("is_sent_as_edit"))
        .join_from(REPORT, ENTRY, ENTRY.c.id == REPORT.c.entry_id)
        .where(REPORT.c.seq > after_seq, REPORT.c.reported_at >= since_at)
        .order_by(REPORT.c.seq)
    )
    rows = tx.execute(query).all()
    earlier = _read_features(tx, [row.entry_id for row in rows if row.features is None])
    return [_to_folded(row, earlier.get(row.entry_id)) for row in rows]


def _to_folded(row: sa.Row[*tuple[Any, ...]], features: Features | None) -> FoldedReport:
    """Return a report as a window takes it in; commentary that a route asks for tells no news."""
    features = features or _to_features(row)
    return FoldedReport(
        seq=row.seq,
        features=features,
        fold=_to_fold(row),
        is_sent=row.action in _SENT
        and features.kind is EntryKind.NEWS
        and not row.is_sent_as_edit,  # the action is that of the edit
    )


_SENT = (Action.ALERT.value, Action.UPDATE.value)
_SENT_AS_EDIT = sa.exists().where(SENT_EDIT.c.entry_id == REPORT.c.entry_id, SENT_EDIT.c.is_first)


def sent_edits(tx: Transaction, *, since_at: datetime, after_seq: int) -> list[SentEdit]:
    """Return the edits that people were sent, in their order; as `recent_reports`."""
    query = (
        sa.select(SENT_EDIT, REPORT.c.story_id)
        .join_from(SENT_EDIT, REPORT, REPORT.c.entry_id == SENT_EDIT.c.entry_id)
        .where(SENT_EDIT.c.seq > after_seq, SENT_EDIT.c.sent_at >= since_at)
        .order_by(SENT_EDIT.c.seq)
    )
    return [
        SentEdit(
            seq=row.seq,
            story_id=row.story_id,
            features=features_from_text(
                row.features, entry_id=row.entry_id, seen_at=row.sent_at, vector=None
            ),
        )
        for row in tx.execute(query)
    ]


def _read_features(tx: Transaction, entry_ids: Sequence[str]) -> dict[str, Features]:
    """Read the features of reports that an earlier version stored without them."""
    query = (
        sa.select(
            ENTRY,
            REPORT.c.watchlists,
            REPORT.c.reported_at,
            sa.func.coalesce(sa.func.nullif(ENTRY.c.source, ""), FEED.c.name).label("outlet"),
            sa.func.coalesce(sa.func.nullif(ENTRY.c.language, ""), FEED.c.language).label("lang"),
        )
        .join_from(REPORT, ENTRY, ENTRY.c.id == REPORT.c.entry_id)
        .join(FEED, FEED.c.id == ENTRY.c.feed_id)
    )
    return {
        row.id: feature_reader().read(
            _to_entry(row),
            outlet=row.outlet,
            language=row.lang,
            watchlists=row.watchlists,
            seen_at=row.reported_at,
        )
        for chunk in _chunks(entry_ids)
        for row in tx.execute(query.where(ENTRY.c.id.in_(chunk)))
    }


def last_seq(tx: Transaction) -> int:
    """Return the number of the newest report; 0 when there is none."""
    return tx.execute(sa.select(sa.func.max(REPORT.c.seq))).scalar() or 0


def last_edit_seq(tx: Transaction) -> int:
    """Return the number of the newest edit that people were sent; 0 when there is none."""
    return tx.execute(sa.select(sa.func.max(SENT_EDIT.c.seq))).scalar() or 0


def fold_lock(tx: Transaction) -> None:
    """Let one replica at a time fold, until the commit; SQLite has a single writer anyway."""
    if tx.is_postgres:
        tx.execute(sa.select(sa.func.pg_advisory_xact_lock(_FOLD_LOCK)))


# ---------------------------------------------------------------- writing a plan


def apply_plan(tx: Transaction, plan: Plan) -> bool:
    """Write all that one poll changes; False, and nothing, when the feed was claimed since.

    Applying a plan twice is applying it once. The feed's new state is written with the last part
    of a poll.
    """
    if any(planned.fold for planned in plan.entries):
        fold_lock(tx)  # before any row lock, and so that report numbers follow commit order
    if not has_lease(tx, plan.state):
        return False
    now = plan.state.last_polled_at
    if now is None:
        raise ValueError(f"the plan of feed {plan.state.feed_id} does not say when it was polled")
    _write_entries(tx, plan, now=now)
    write_stories(tx, plan.stories)
    _write_matches(tx, plan.entries, now=now)
    if plan.shadow_version:
        write_differences(tx, plan, now=now)
    insert_alerts(tx, plan.alerts)
    add_deliveries(tx, plan.deliveries, alerts=plan.alerts)
    if plan.is_last:
        write_state(tx, plan.state)
    return True


def _write_entries(tx: Transaction, plan: Plan, *, now: datetime) -> None:
    tx.insert_new(ENTRY, [_to_row(one, plan, now=now) for one in plan.entries if one.is_new])
    edited = [_to_edit(one, plan, now=now) for one in plan.entries if not one.is_new]
    _write_sent_edits(tx, plan.entries, now=now)  # looks at what was decided before
    if edited:
        tx.execute(_EDIT, edited)


def _write_sent_edits(tx: Transaction, planned: Sequence[PlannedEntry], *, now: datetime) -> None:
    sent = {
        one.entry.id: features_to_text(one.features)
        for one in planned
        if one.decision.is_sent and one.features and one.fold and one.fold.reason == SAME_GUID
    }
    if not sent:
        return
    actions = sa.select(ENTRY.c.id, ENTRY.c.action).where(ENTRY.c.id.in_(sent))
    before = {row.id: row.action for row in tx.execute(actions)}
    rows = [
        {
            "entry_id": id_,
            "features": features,
            "is_first": before.get(id_) not in _SENT,
            "sent_at": now,
        }
        for id_, features in sent.items()
    ]
    tx.execute(SENT_EDIT.insert(), rows)


def write_stories(tx: Transaction, stories: Sequence[Story]) -> None:
    """Store stories in their new state."""
    # In the order of their ids, so that two replicas cannot wait for each other.
    rows = [_to_story_row(story) for story in sorted(stories, key=lambda story: story.id)]
    tx.upsert(STORY, rows, key=("id",), changed=_STORY_COLUMNS[1:])


def _write_matches(tx: Transaction, planned: Sequence[PlannedEntry], *, now: datetime) -> None:
    matches = [
        {
            "entry_id": one.entry.id,
            "watchlist": match.watchlist,
            "score": match.score,
            "severity": match.severity.value,
            "hits": match.hits,
            "rules": match.rules,
        }
        for one in planned
        for match in one.matches
    ]
    key, changed = ("entry_id", "watchlist"), ("score", "severity", "hits", "rules")
    tx.upsert(MATCH, matches, key=key, changed=changed)
    reports = [
        {
            "entry_id": one.entry.id,
            "story_id": one.fold.story_id,
            "canonical_key": url_key(one.entry.canonical_url),
            "watchlists": tuple(match.watchlist for match in one.matches),
            "relation": one.fold.relation.value,
            "reason": one.fold.reason,
            "score": one.fold.score,
            "threshold": one.fold.threshold,
            "evidence": one.fold.evidence,
            "related": one.fold.related,
            "usual": one.fold.usual,
            "is_probable": one.fold.is_probable,
            "novelty": one.fold.novelty,
            "reported_at": now,
            **_feature_columns(one.features),
        }
        for one in planned
        if one.fold
    ]
    edited = [row for row in reports if row["reason"] == SAME_GUID]
    folded = [row for row in reports if row["reason"] != SAME_GUID]
    tx.upsert(REPORT, folded, key=("entry_id",), changed=_REFOLDED)
    tx.upsert(REPORT, edited, key=("entry_id",), changed=_EDITED)


_EDITED = ("canonical_key", "watchlists")  # an edit leaves a report where it was folded
_REFOLDED = (  # all but when it was first reported, which is its place in the order
    "story_id",
    "canonical_key",
    "watchlists",
    "relation",
    "reason",
    "score",
    "threshold",
    "evidence",
    "related",
    "usual",
    "is_probable",
    "novelty",
    "features",
    "vector",
    "vector_model",
)


def _feature_columns(features: Features | None) -> dict[str, Any]:
    vector = features.vector if features else None
    return {
        "features": features_to_text(features) if features else None,
        "vector": vector.values if vector else None,
        "vector_model": vector.model if vector else "",
    }


# ---------------------------------------------------------------- looking things up


def find_entries(
    tx: Transaction, text: str, *, canonical_url: str = "", limit: int = 20
) -> list[StoredEntry]:
    """Find entries by id, canonical URL or title, else by URL or a part of the title; newest first.

    The last two read every row, so they are tried only when the others, which are indexed, know
    nothing, and not at all for a link whose canonical URL is given.
    """
    keys = [url_key(url) for url in (text, canonical_url) if url]
    quick = sa.or_(
        ENTRY.c.id == text,
        ENTRY.c.canonical_key.in_(keys),
        ENTRY.c.title_key == title_key(text),
    )
    like = ENTRY.c.title.ilike if tx.is_postgres else ENTRY.c.title.like  # SQLite's folds ASCII
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    slow = sa.or_(ENTRY.c.url == text, like(f"%{escaped}%", escape="\\"))
    for condition in (quick,) if canonical_url else (quick, slow):
        found = _stored_entries(tx, condition, order=ENTRY.c.seen_at.desc(), limit=limit)
        if found:
            return found
    return []


def list_stories(tx: Transaction, *, limit: int = 50) -> list[Story]:
    """Return stories, the latest reported first."""
    query = sa.select(STORY).where(IS_WHOLE).order_by(STORY.c.last_seen_at.desc(), STORY.c.id)
    return [_to_story(row) for row in tx.execute(query.limit(limit))]


def alert_entries(tx: Transaction, alert_id: str) -> list[StoredEntry]:
    """Return the entry of the report that an alert told of; none when that is not known."""
    query = sa.select(ALERT.c.facts_type, ALERT.c.facts).where(ALERT.c.id == alert_id)
    row = tx.execute(query).first()
    if row is None:
        return []
    facts = facts_adapter(row.facts_type).validate_json(row.facts)
    if not isinstance(facts, AlertFacts) or not facts.entry_id:
        return []
    return _stored_entries(tx, ENTRY.c.id == facts.entry_id, order=ENTRY.c.seen_at, limit=1)


def story_entries(tx: Transaction, story_id: str, *, limit: int = 10_000) -> list[StoredEntry]:
    """Return the entries of a story, the first report first."""
    is_its = ENTRY.c.id.in_(sa.select(REPORT.c.entry_id).where(REPORT.c.story_id == story_id))
    return _stored_entries(tx, is_its, order=ENTRY.c.seen_at, limit=limit)


def split_entries(tx: Transaction, story_id: str) -> list[StoredEntry]:
    """Return the entries that a person split off from a story, the first report first."""
    of_story = sa.select(REPORT.c.entry_id).where(REPORT.c.story_id == story_id)
    pair = STORY_CONSTRAINT.c
    is_cut = pair.kind == LinkKind.CANNOT_LINK.value
    is_split = sa.or_(
        ENTRY.c.id.in_(sa.select(pair.report_a).where(is_cut, pair.report_b.in_(of_story))),
        ENTRY.c.id.in_(sa.select(pair.report_b).where(is_cut, pair.report_a.in_(of_story))),
    )
    return _stored_entries(tx, is_split, order=ENTRY.c.seen_at, limit=_CHUNK)


def held_entries(
    tx: Transaction, feed_id: str, *, reason: Reason, since_at: datetime, limit: int
) -> list[StoredEntry]:
    """Return the entries of a feed that were held back for a reason, the first one first."""
    is_held = sa.and_(
        ENTRY.c.feed_id == feed_id,
        ENTRY.c.reason == reason.value,
        ENTRY.c.seen_at >= since_at,
    )
    return _stored_entries(tx, is_held, order=ENTRY.c.seen_at, limit=limit)


def first_fetch_reports(tx: Transaction, *, after: datetime) -> list[tuple[str, datetime]]:
    """Return feed and time of each matched entry that was recorded silently after a time."""
    query = (
        sa.select(FEED.c.name, REPORT.c.reported_at)
        .select_from(REPORT.join(ENTRY, ENTRY.c.id == REPORT.c.entry_id))
        .join(FEED, FEED.c.id == ENTRY.c.feed_id)
        .where(REPORT.c.reported_at > after, ENTRY.c.reason == Reason.BASELINE.value)
    )
    return [(name, at) for name, at in tx.execute(query)]


def latest_entries(tx: Transaction, limit: int) -> list[StoredEntry]:
    """Return the newest entries, without their matches and folds."""
    query = (
        sa.select(ENTRY, FEED.c.name.label("feed_name"))
        .join_from(ENTRY, FEED, FEED.c.id == ENTRY.c.feed_id)
        .order_by(ENTRY.c.seen_at.desc())
        .limit(limit)
    )
    return [_to_stored(row) for row in tx.execute(query)]


def count_entries_since(tx: Transaction, since_at: datetime) -> int:
    """Return how many entries were seen since a time."""
    query = sa.select(sa.func.count()).select_from(ENTRY).where(ENTRY.c.seen_at >= since_at)
    return int(tx.execute(query).scalar_one())


def first_seen_at(tx: Transaction) -> datetime | None:
    """Return when the oldest entry that is kept was seen."""
    query = sa.select(ENTRY.c.seen_at).order_by(ENTRY.c.seen_at).limit(1)
    return tx.execute(query).scalar_one_or_none()


def entries_since(tx: Transaction, since_at: datetime) -> Iterator[StoredEntry]:
    """Yield the entries seen since a time, oldest first; matches and folds are left out."""
    after: tuple[datetime, str] = (since_at, "")
    while True:
        place = sa.or_(
            ENTRY.c.seen_at > after[0],
            sa.and_(ENTRY.c.seen_at == after[0], ENTRY.c.id > after[1]),
        )
        query = (
            sa.select(ENTRY, FEED.c.name.label("feed_name"))
            .join_from(ENTRY, FEED, FEED.c.id == ENTRY.c.feed_id)
            .where(ENTRY.c.seen_at >= after[0], place)
            .order_by(ENTRY.c.seen_at, ENTRY.c.id)
            .limit(_CHUNK)
        )
        rows = tx.execute(query).all()
        yield from (_to_stored(row) for row in rows)
        if len(rows) < _CHUNK:
            return
        after = (rows[-1].seen_at, rows[-1].id)


def _stored_entries(
    tx: Transaction, condition: sa.ColumnElement[bool], *, order: Any, limit: int
) -> list[StoredEntry]:
    query = (
        sa.select(ENTRY, FEED.c.name.label("feed_name"))
        .join_from(ENTRY, FEED, FEED.c.id == ENTRY.c.feed_id)
        .where(condition)
        .order_by(order, ENTRY.c.id)
        .limit(limit)
    )
    rows = tx.execute(query).all()
    ids = [row.id for row in rows]
    matches: dict[str, list[Match]] = {}
    for row in tx.execute(
        sa.select(MATCH).where(MATCH.c.entry_id.in_(ids)).order_by(MATCH.c.watchlist)
    ):
        matches.setdefault(row.entry_id, []).append(_to_match(row))
    reports = {
        row.entry_id: row for row in tx.execute(sa.select(REPORT).where(REPORT.c.entry_id.in_(ids)))
    }
    return [
        _with_report(_to_stored(row, matches=tuple(matches.get(row.id, ()))), reports.get(row.id))
        for row in rows
    ]


def _with_report(stored: StoredEntry, row: sa.Row[*tuple[Any, ...]] | None) -> StoredEntry:
    """Add what is stored about a matched entry as a report."""
    if row is None:
        return stored
    kind = _to_features(row).kind if row.features else EntryKind.NEWS
    return replace(stored, fold=_to_fold(row), kind=kind)


# ---------------------------------------------------------------- rows and values


def url_key(url: str) -> bytes | None:
    """Return the fixed-length key under which a URL is indexed; None for no URL."""
    return blake2b(url.encode(), digest_size=16).digest() if url else None


def title_key(title: str) -> bytes:
    """Return the key under which a title is indexed, whatever its case and spaces."""
    return blake2b(" ".join(title.casefold().split()).encode(), digest_size=8).digest()


def _chunks(values: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def _to_row(planned: PlannedEntry, plan: Plan, *, now: datetime) -> dict[str, Any]:
    entry = planned.entry
    return {
        "id": entry.id,
        "feed_id": plan.state.feed_id,
        "guid": entry.guid,
        "url": entry.url,
        "canonical_url": entry.canonical_url,
        "canonical_key": url_key(entry.canonical_url),
        "title": entry.title,
        "title_key": title_key(entry.title),
        "summary": entry.summary,
        "content": entry.content,
        "authors": entry.authors,
        "links": entry.links,
        "published_at": entry.published_at,
        "language": entry.language,
        "source": entry.source,
        "text_hash": entry.text_hash,
        "seen_at": now,
        "action": planned.decision.action.value,
        "reason": planned.decision.reason.value,
        "config_version": plan.config_version,
    }


_EDITABLE = (
    "url",
    "canonical_url",
    "canonical_key",
    "title",
    "title_key",
    "summary",
    "content",
    "authors",
    "links",
    "published_at",
    "language",
    "source",
    "text_hash",
    "edited_at",
)
_STRENGTH = {Action.NONE: 0, Action.DIGEST: 1, Action.UPDATE: 2, Action.ALERT: 3}
_STORED_STRENGTH = sa.case(
    {action.value: strength for action, strength in _STRENGTH.items()}, value=ENTRY.c.action
)
HELD = (Reason.REKEYED.value, Reason.BASELINE.value)
_IS_HELD = sa.or_(
    *(ENTRY.c.reason == reason for reason in HELD)
)  # IN takes one edit at a time only
_KEEPS = sa.or_(  # the stronger decision; and what is held back stays so until it is released
    sa.bindparam("b_strength") < _STORED_STRENGTH,
    sa.and_(_IS_HELD, sa.bindparam("b_strength") <= 1),
)
_DECIDED = ("action", "reason", "config_version")
_EDIT = (  # what was said about an entry stays said: its strongest decision is kept
    ENTRY.update()
    .where(ENTRY.c.id == sa.bindparam("b_id"))
    .values({name: sa.bindparam(name) for name in _EDITABLE})
    .values(
        {
            name: sa.case((_KEEPS, ENTRY.c[name]), else_=sa.bindparam(f"b_{name}"))
            for name in _DECIDED
        }
    )
)


def _to_edit(planned: PlannedEntry, plan: Plan, *, now: datetime) -> dict[str, Any]:
    row = _to_row(planned, plan, now=now)
    edit = {name: row[name] for name in _EDITABLE if name != "edited_at"}
    return edit | {
        "edited_at": now,
        "b_id": planned.entry.id,
        **{f"b_{name}": row[name] for name in _DECIDED},
        "b_strength": _STRENGTH[planned.decision.action],
    }


_STORY_COLUMNS = tuple(column.name for column in STORY.c if column.name != "merged_into")


def _to_story_row(story: Story) -> dict[str, Any]:
    row = {name: getattr(story, name) for name in _STORY_COLUMNS}
    sent = story.sent_severity.value if story.sent_severity else None
    return row | {"severity": story.severity.value, "sent_severity": sent}


def _to_story(row: sa.Row[*tuple[Any, ...]]) -> Story:
    values = {name: getattr(row, name) for name in _STORY_COLUMNS}
    sent = Severity(row.sent_severity) if row.sent_severity else None
    return Story(**(values | {"severity": Severity(row.severity), "sent_severity": sent}))


def _to_features(row: sa.Row[*tuple[Any, ...]]) -> Features:
    return features_from_text(
        row.features,
        entry_id=row.entry_id,
        seen_at=row.reported_at,  # an entry may match only after an edit
        vector=Vector(model=row.vector_model, values=bytes(row.vector)) if row.vector else None,
    )


def _to_fold(row: sa.Row[*tuple[Any, ...]]) -> Fold:
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


def _to_match(row: sa.Row[*tuple[Any, ...]]) -> Match:
    return Match(
        watchlist=row.watchlist,
        score=row.score,
        severity=Severity(row.severity),
        hits=row.hits,
        rules=row.rules,
    )


def _to_entry(row: sa.Row[*tuple[Any, ...]]) -> Entry:
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
    )


def _to_stored(row: sa.Row[*tuple[Any, ...]], *, matches: tuple[Match, ...] = ()) -> StoredEntry:
    return StoredEntry(
        entry=_to_entry(row),
        feed_id=row.feed_id,
        feed_name=row.feed_name,
        seen_at=row.seen_at,
        decision=Decision(action=Action(row.action), reason=Reason(row.reason)),
        config_version=row.config_version,
        matches=matches,
    )
