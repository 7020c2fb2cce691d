"""Makes reports of the entries of a document, outside the transaction.

Matches, the outlet, the sources that the text names and the features are computed once, here. The
work inside the transaction is cheap.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from straitwatch.core.compiled_beat import CompiledBeat
from straitwatch.core.full_text import match_entry, wish_for_text
from straitwatch.core.han import one_script
from straitwatch.core.kind import classify_kind, find_signals
from straitwatch.core.match.diff import compare_matches
from straitwatch.core.model import (
    NOTHING_SEEN,
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

# A feed has reissued its entries if it has many new ones and most of them are familiar.
REKEY_ENTRIES = 10
REKEY_SHARE = 0.8
REKEY_WHOLE = 3  # entries are enough if no id in the document is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """The feed and time of a document, and its entries that are stored already or are no news."""

    feed: Feed
    state: FeedState  # before the poll
    seen_at: datetime
    known: Mapping[str, KnownEntry] = field(default_factory=dict)  # by id
    silent: frozenset[str] = frozenset()  # entries of the feed's archive
    rekeyed: frozenset[str] = frozenset()  # entries that are stored under other ids

    def has_changed(self, entry: Entry) -> bool:
        """Return True if an entry is new or edited."""
        known = self.known.get(entry.id)
        return known is None or known.text_hash != entry.text_hash

    def status_of(self, entry: Entry, policy: AlertPolicy) -> ReportStatus:
        """Return the status of a report of this entry."""
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
    """Return the old entries of a feed that has reissued its entries under new ids.

    Args:
        new: the entries with unknown ids.
        familiar: those of them whose title the feed has carried before. A few of them are a daily
            bulletin, which always has the same title; if most are familiar, the ids are new and
            the entries are not.

    """
    is_rekeyed = len(new) >= REKEY_ENTRIES and len(familiar) >= REKEY_SHARE * len(new)
    return frozenset(familiar) if is_rekeyed else frozenset()


def rekeyed_document(
    entries: Sequence[Entry], familiar: Collection[str], *, last_ok_at: datetime | None
) -> frozenset[str]:
    """Return the old entries of a short document without any known id.

    Args:
        entries: of the document.
        familiar: those whose title and text the feed has carried before.
        last_ok_at: the last good poll. An entry published since then is news: some bulletins
            always have the same words.

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
    """Match new and edited entries; yield a report for each match, and an entry for each other."""
    for entry in entries:
        text = matchable(entry, arrival.feed)
        doc = rules.matcher.read(text)
        matches = match_entry(entry, doc, rules)
        differences = _differences(matches, text, rules)
        if matches:
            report = make_report(entry, matches, arrival, rules.policy, rules.beat)
            yield replace(report, differences=differences)
        else:
            is_new = entry.id not in arrival.known
            is_news = arrival.status_of(entry, rules.policy) is ReportStatus.FRESH
            wish = wish_for_text(entry, arrival.feed, doc, rules) if is_new and is_news else None
            yield PlannedEntry(entry=entry, is_new=is_new, differences=differences, page=wish)


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
    """Return the kind of an entry; a live page or briefing with a critical match is news."""
    kind = classify_kind(entry, feed)
    is_critical = any(match.severity is Severity.CRITICAL for match in matches)
    if kind.kind is EntryKind.ROUNDUP and is_critical:
        return replace(kind, kind=EntryKind.NEWS)
    return kind


def meaning_of(report: Report) -> str:
    """Return the text of a report that the sentence encoder reads."""
    entry = report.entry
    return encoder_text(entry.title, entry.summary or entry.content, one_script())


def add_vectors(reports: Iterable[Report], vectors: Iterable[Vector | None]) -> Iterator[Report]:
    """Yield the reports with their vectors."""
    for report, vector in zip(reports, vectors, strict=True):
        yield replace(report, features=replace(report.features, vector=vector))


def gather_poll(
    document: ParsedDocument,
    arrival: Arrival,
    state: FeedState,
    items: Iterable[Report | PlannedEntry],
) -> Poll:
    """Gather the results of a poll; `state` is the feed's next state."""
    built = list(items)
    return Poll(
        feed=arrival.feed,
        state=state,
        reports=tuple(item for item in built if isinstance(item, Report)),
        unmatched=tuple(item for item in built if isinstance(item, PlannedEntry)),
        entries=len(document.entries),
        seen=NOTHING_SEEN if document.problem else document.seen,
        is_baseline=bool(arrival.silent) or arrival.state.last_ok_at is None,
        rekeyed=len(arrival.rekeyed),
    )


def split_poll(poll: Poll, size: int) -> tuple[Poll, Poll | None]:
    """Return the first `size` entries of a poll, reports before the others, and the rest if any."""
    if len(poll.reports) + len(poll.unmatched) <= size:
        return poll, None
    others = max(size - len(poll.reports), 0)
    first = replace(
        poll, reports=poll.reports[:size], unmatched=poll.unmatched[:others], is_last=False
    )
    rest = replace(poll, reports=poll.reports[size:], unmatched=poll.unmatched[others:])
    return first, rest


def matchable(entry: Entry, feed: Feed) -> MatchText:
    """Return the parts of an entry and its feed that watch-lists match."""
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
