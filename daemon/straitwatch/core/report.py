"""Makes reports of the entries of a document, before anything is locked.

Matching, the outlet, the sources that the text names and the features for folding are computed
here, once. What remains for the transaction is cheap.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from straitwatch.core.compiled_beat import CompiledBeat, one_script
from straitwatch.core.kind import classify_kind, find_signals
from straitwatch.core.match.diff import compare_matches
from straitwatch.core.model import (
    AlertPolicy,
    Difference,
    Entry,
    EntryKind,
    Feed,
    FeedState,
    Kind,
    KnownEntry,
    Match,
    MatchText,
    ParsedDocument,
    PlannedEntry,
    Poll,
    Report,
    ReportStatus,
    Severity,
    Vector,
)
from straitwatch.core.origin import find_attributions
from straitwatch.core.rules import Rules
from straitwatch.core.story import outlet_of
from straitwatch.core.vectors import encoder_text

REKEY_ENTRIES = 10  # new ones in one poll, and the share that is familiar
REKEY_SHARE = 0.8
REKEY_WHOLE = 3  # entries, if no id of the whole document is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Where and when the entries of a document were read, and what was known of them."""

    feed: Feed
    state: FeedState  # before the poll
    seen_at: datetime
    known: Mapping[str, KnownEntry] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()  # entries that are older than the watch on their feed
    rekeyed: frozenset[str] = frozenset()  # entries that are there already under other ids

    def has_changed(self, entry: Entry) -> bool:
        """Return True if an entry is new, or if its text was edited since it was stored."""
        known = self.known.get(entry.id)
        return known is None or known.text_hash != entry.text_hash

    def status_of(self, entry: Entry, policy: AlertPolicy) -> ReportStatus:
        """Return how a report of an entry arrived."""
        if entry.id in self.silent:
            return ReportStatus.BASELINE
        if entry.id in self.rekeyed:
            return ReportStatus.REKEYED
        if self._is_late(entry, policy):
            return ReportStatus.LATE
        return ReportStatus.EDITED if entry.id in self.known else ReportStatus.FRESH

    def _is_late(self, entry: Entry, policy: AlertPolicy) -> bool:
        max_age = self.feed.max_age or policy.max_age
        return entry.published_at is not None and self.seen_at - entry.published_at > max_age


def rekeyed_entries(new: Sequence[Entry], familiar: Collection[str]) -> frozenset[str]:
    """Return the entries of a feed that has given its entries new ids: they are no news.

    `familiar` are those of the new entries whose title this feed has carried before. A few are a
    bulletin with one title each day; most of many are the same entries over again.
    """
    is_rekeyed = len(new) >= REKEY_ENTRIES and len(familiar) >= REKEY_SHARE * len(new)
    return frozenset(familiar) if is_rekeyed else frozenset()


def rekeyed_document(
    entries: Sequence[Entry], familiar: Collection[str], *, last_ok_at: datetime | None
) -> frozenset[str]:
    """Recognize a short document, none of whose ids is known, as entries under new ids.

    `familiar` are those whose title and text this feed has carried before. What was published
    since the last poll, at `last_ok_at`, is a bulletin whose words are always the same.
    """
    again = frozenset(
        entry.id
        for entry in entries
        if entry.id in familiar
        and not (last_ok_at and entry.published_at and entry.published_at > last_ok_at)
    )
    is_rekeyed = len(entries) >= REKEY_WHOLE and len(again) >= len(entries) - 1
    return again if is_rekeyed else frozenset()


def build_reports(
    entries: Iterable[Entry], arrival: Arrival, rules: Rules
) -> Iterator[Report | PlannedEntry]:
    """Match new and edited entries; yield a report of each on which a list fires.

    The others are yielded as they are stored.
    """
    for entry in entries:
        text = matchable(entry, arrival.feed)
        matches = rules.matcher.match(text)
        differences = _differences(matches, text, rules)
        if matches:
            report = make_report(entry, matches, arrival, rules.policy, rules.beat)
            yield replace(report, differences=differences)
        else:
            is_new = entry.id not in arrival.known
            yield PlannedEntry(entry=entry, is_new=is_new, differences=differences)


def make_report(
    entry: Entry,
    matches: Sequence[Match],
    arrival: Arrival,
    policy: AlertPolicy,
    beat: CompiledBeat,
) -> Report:
    """Make the report of an entry that matched."""
    feed, outlet = arrival.feed, outlet_of(entry, arrival.feed)
    kind = _kind_of(entry, feed, matches)
    signals = find_signals(entry.title, entry.summary or entry.content)
    features = beat.reader.read(
        entry,
        outlet=outlet.name,
        language=entry.language or feed.language,
        watchlists=(match.watchlist for match in matches),
        seen_at=arrival.seen_at,
    )
    return Report(
        entry=entry,
        feed=feed,
        outlet=outlet,
        attributions=tuple(
            source.name for source in find_attributions(entry, outlet.name, beat.outlets)
        ),
        matches=tuple(matches),
        kind=kind,
        signals=signals,
        features=replace(
            features,
            kind=kind.kind,
            signals=tuple(signal.kind for signal in signals if signal.field == "title"),
        ),
        seen_at=arrival.seen_at,
        status=arrival.status_of(entry, policy),
        is_edited=entry.id in arrival.known,
    )


def _kind_of(entry: Entry, feed: Feed, matches: Sequence[Match]) -> Kind:
    """Return the kind of an entry; a live page or briefing of something critical is news."""
    kind = classify_kind(entry, feed)
    is_critical = any(match.severity is Severity.CRITICAL for match in matches)
    if kind.kind is EntryKind.ROUNDUP and is_critical:
        return replace(kind, kind=EntryKind.NEWS)
    return kind


def meaning_of(report: Report) -> str:
    """Return the text of a report whose sentence vector is compared."""
    entry = report.entry
    return encoder_text(entry.title, entry.summary or entry.content, one_script())


def add_vectors(reports: Iterable[Report], vectors: Iterable[Vector | None]) -> Iterator[Report]:
    """Yield the reports with their vectors."""
    for report, vector in zip(reports, vectors, strict=True):
        yield replace(report, features=replace(report.features, vector=vector))


def gather_poll(
    read: ParsedDocument, arrival: Arrival, state: FeedState, items: Iterable[Report | PlannedEntry]
) -> Poll:
    """Put together what a poll brought; `state` is the feed's next one."""
    built = list(items)
    return Poll(
        feed=arrival.feed,
        state=state,
        reports=tuple(item for item in built if isinstance(item, Report)),
        unmatched=tuple(item for item in built if isinstance(item, PlannedEntry)),
        entries=len(read.entries),
        is_baseline=bool(arrival.silent) or arrival.state.last_ok_at is None,
        rekeyed=len(arrival.rekeyed),
    )


def split_poll(poll: Poll, size: int) -> Iterator[Poll]:
    """Yield a poll in parts of so many reports; entries that match nothing come with the last."""
    last = max(len(poll.reports) - 1, 0) // size * size
    for start in range(0, last + 1, size):
        yield replace(
            poll,
            reports=poll.reports[start : start + size],
            unmatched=poll.unmatched if start == last else (),
            is_last=start == last,
        )


def matchable(entry: Entry, feed: Feed) -> MatchText:
    """Return what watch-lists look at in an entry of this feed."""
    return MatchText(
        title=entry.title,
        summary=entry.summary,
        content=entry.content,
        language=entry.language or feed.language,
        country=feed.country,
        stance=feed.stance,
        source=feed.name,
        tags=feed.tags,
        about=feed.about,
    )


def _differences(
    matches: tuple[Match, ...], text: MatchText, rules: Rules
) -> tuple[Difference, ...]:
    if rules.shadow is None:
        return ()
    return tuple(compare_matches(matches, rules.shadow.matcher.match(text)))
