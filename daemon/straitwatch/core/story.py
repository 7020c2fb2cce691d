"""Adds a report to a story, and compares stories with the conditions of routes and severities.

    add_sources -> resolve_severity -> raise_severity

A severity may depend on the outlets and origins of the story, so these are added first.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import inf
from operator import itemgetter
from typing import TypeVar

from straitwatch.core.listing import heading_of, list_report
from straitwatch.core.model import (
    UNNAMED_MEDIA,
    Entry,
    EntryKind,
    Feed,
    Fold,
    Match,
    Outlet,
    Relation,
    Report,
    Severity,
    Story,
    StoryFilter,
    StoryReport,
)

T = TypeVar("T")

BREAKING_SPAN = timedelta(hours=1)
BREAKING_ORIGINS = 4  # the fewest origins within that span
BREAKING_TIMES = 3  # times the usual number of reports of the whole watch-list in that span
STATE_STANCES = ("state", "party")  # of outlets that speak for a government


def outlet_of(entry: Entry, feed: Feed) -> Outlet:
    """Return the outlet of an entry: the publisher that an aggregator names, or else the feed."""
    if entry.source and entry.source != feed.name:
        # The aggregator's stance and tier do not describe the publisher.
        return Outlet(name=entry.source, language=entry.language)
    return Outlet(
        name=feed.name,
        stance=feed.stance,
        tier=feed.tier,
        country=feed.country,
        language=entry.language or feed.language,
    )


def choose_origin(attributions: Sequence[str], reported: Collection[str]) -> str:
    """Return the origin of a report in a story; "" if the text names no source.

    Args:
        attributions: the sources that the text names.
        reported: the origins of the story. One of them is preferred: a report that retells two
            papers adds no origin to a story that one of them began.

    """
    return next((name for name in attributions if name in reported), next(iter(attributions), ""))


# ---------------------------------------------------------------- adding a report


def add_sources(story: Story | None, report: Report, fold: Fold) -> Story:
    """Add the outlet and origin of a report; watch-lists and severity follow later."""
    before = story or _open_story(report, fold)
    if story is not None and not _adds_source(report, fold):
        return replace(story, last_seen_at=report.seen_at)
    outlet = report.outlet
    origin = choose_origin(report.attributions, before.origins) or outlet.name
    is_first = not before.outlets
    is_new = outlet.name not in before.outlets
    # After an outage, old entries arrive together; they do not make a story breaking.
    reported_at = min(report.entry.published_at or report.seen_at, report.seen_at)
    reported = ((origin, reported_at),) if is_new and origin != UNNAMED_MEDIA else ()
    is_state = outlet.stance in STATE_STANCES
    return replace(
        before,
        last_seen_at=report.seen_at,
        outlets=union(before.outlets, (outlet.name,)),
        reports=list_report(before.reports, as_listed(report, origin)),
        has_tier_one=before.has_tier_one or outlet.tier == 1,
        origins=_add_origin(before.origins, origin),
        is_state_only=is_state and (is_first or before.is_state_only),
        recent=_recent((*before.recent, *reported), now=report.seen_at),
    )


def resolve_severity(matches: Iterable[Match], story: Story, feed: Feed) -> tuple[Match, ...]:
    """Resolve the severity of each match in its story, which includes this report.

    The first level that applies counts. Pending levels of earlier reports can raise the severity,
    but never lower it.
    """
    return tuple(_resolve(match, story, feed) for match in matches)


def raise_severity(story: Story, matches: Sequence[Match], report_rate: float = inf) -> Story:
    """Add the watch-lists and the severity of a report's matches.

    Args:
        story: the result of `add_sources`.
        matches: of the report.
        report_rate: the usual reports an hour of its watch-lists. A story with many more origins
            in an hour becomes breaking, which raises its severity once.

    """
    grown = replace(
        story,
        severity=highest((story.severity, *(match.severity for match in matches))),
        watchlists=union(story.watchlists, (match.watchlist for match in matches)),
        pending_levels=union(
            story.pending_levels, (level for match in matches for level in match.pending_levels)
        ),
    )
    if story.is_breaking or len(story.recent) < max(BREAKING_ORIGINS, BREAKING_TIMES * report_rate):
        return grown
    return replace(grown, is_breaking=True, severity=grown.severity.raised)


def highest(levels: Iterable[Severity]) -> Severity:
    """Return the most urgent of some severities."""
    return max(levels, key=lambda level: level.rank)


def union(first: Iterable[T], second: Iterable[T]) -> tuple[T, ...]:
    """Return the values of both, in order and without duplicates."""
    return tuple(dict.fromkeys((*first, *second)))


def _adds_source(report: Report, fold: Fold) -> bool:
    """Return True if a report adds an outlet: it is news, and no copy of a known page."""
    return fold.relation is not Relation.SAME_ENTRY and report.kind.kind is EntryKind.NEWS


def _open_story(report: Report, fold: Fold) -> Story:
    return Story(
        id=fold.story_id,
        title=heading_of(report.entry),
        first_seen_at=report.seen_at,
        last_seen_at=report.seen_at,
    )


def as_listed(report: Report, origin: str) -> StoryReport:
    """Return the entry of a report in its story's list; `origin` is the source that it repeats."""
    return StoryReport(
        outlet=report.outlet,
        title=heading_of(report.entry),
        url=report.entry.url,
        seen_at=report.seen_at,
        published_at=report.entry.published_at,
        origin=origin if origin != report.outlet.name else "",
    )


def _add_origin(before: tuple[str, ...], origin: str) -> tuple[str, ...]:
    """Add an origin. Unnamed media may be any of the named origins, so they do not add one."""
    named = tuple(name for name in union(before, (origin,)) if name != UNNAMED_MEDIA)
    return named or (UNNAMED_MEDIA,)


def _recent(
    reported: Iterable[tuple[str, datetime]], *, now: datetime
) -> tuple[tuple[str, datetime], ...]:
    """Return the origins of the last hour, each with the time of its latest report."""
    latest = dict(sorted(reported, key=itemgetter(1)))
    return tuple(
        (origin, reported_at)
        for origin, reported_at in latest.items()
        if now - reported_at <= BREAKING_SPAN
    )


def _resolve(match: Match, story: Story, feed: Feed) -> Match:
    holding = [
        level
        for level in union(match.pending_levels, story.pending_levels)
        if level.watchlist == match.watchlist and not story_misfit(level.story, story, feed)
    ]
    own = next((level.level for level in holding if level in match.pending_levels), match.severity)
    inherited = (level.level for level in holding if level not in match.pending_levels)
    return replace(match, severity=highest((own, *inherited)))


# ---------------------------------------------------------------- conditions


def story_misfit(wanted: StoryFilter, story: Story | None, feed: Feed) -> str:
    """Return why a story does not meet a condition; "" if it does.

    Without a story, the report of this feed counts as its first.
    """
    is_state = feed.stance in STATE_STANCES
    origins = len(story.origins) if story else 1
    is_state_only = story.is_state_only if story else is_state
    is_state_first = (
        story.reports[0].outlet.stance in STATE_STANCES if story and story.reports else is_state
    )
    if origins < wanted.min_origins:
        return f"wants {wanted.min_origins} independent origins, there is {origins}"
    if wanted.state_only not in (None, is_state_only):
        return "wants only state media" if wanted.state_only else "only state media has it"
    if wanted.state_first not in (None, is_state_first):
        return "wants state media first" if wanted.state_first else "state media was first"
    return ""
