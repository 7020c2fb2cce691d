"""How a story grows by a report, and what may be asked of it.

    add_sources -> resolve_severity -> raise_severity

`add_sources` needs only who reports and whose reporting it is. A severity may depend on that, so
it is resolved and raised afterwards.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import inf
from operator import itemgetter
from typing import TypeVar

from straitwatch.core.listing import list_report
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
BREAKING_ORIGINS = 4  # at least, within that span
BREAKING_TIMES = 3  # as many as the whole list has reports in that time, usually
STATE_STANCES = ("state", "party")  # of outlets that speak for a government


def outlet_of(entry: Entry, feed: Feed) -> Outlet:
    """Return who reports: the publisher that an aggregator names, or else the feed."""
    if entry.source and entry.source != feed.name:
        # The aggregator's stance and tier say nothing about the publisher it carries.
        return Outlet(name=entry.source, language=entry.language)
    return Outlet(
        name=feed.name,
        stance=feed.stance,
        tier=feed.tier,
        country=feed.country,
        language=entry.language or feed.language,
    )


def choose_origin(attributions: Sequence[str], reported: Collection[str]) -> str:
    """Return whose reporting a report is as a part of a story with the origins `reported`.

    A report that retells two papers adds nothing to a story that one of them began.
    """
    return next((name for name in attributions if name in reported), next(iter(attributions), ""))


# ---------------------------------------------------------------- growing


def add_sources(story: Story | None, report: Report, fold: Fold) -> Story:
    """Return the story with the report's outlet and origin, but not yet its lists and severity."""
    before = story or _open_story(report, fold)
    if story is not None and not _adds_source(report, fold):
        return replace(story, last_seen_at=report.seen_at)
    outlet = report.outlet
    origin = choose_origin(report.attributions, before.origins) or outlet.name
    is_first = not before.outlets
    is_new = outlet.name not in before.outlets
    # An entry that was published earlier is not heard now: after an outage, old ones come together.
    heard_at = min(report.entry.published_at or report.seen_at, report.seen_at)
    reported = ((origin, heard_at),) if is_new and origin != UNNAMED_MEDIA else ()
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
    """Give each match the first level that holds in its story, with this report in it.

    The levels that an earlier report left to the story count too; they raise and never lower.
    """
    return tuple(_resolve(match, story, feed) for match in matches)


def raise_severity(story: Story, matches: Sequence[Match], report_rate: float = inf) -> Story:
    """Return the story with the lists and the severity of these matches.

    Args:
        story: from `add_sources`.
        matches: those of the report.
        report_rate: how many reports an hour its lists usually have; more origins than that break
            the story, which raises its severity once.

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
    """Return the values of both in order, each once."""
    return tuple(dict.fromkeys((*first, *second)))


def _adds_source(report: Report, fold: Fold) -> bool:
    """Return True if a report is one more outlet's: neither a page seen before nor commentary."""
    return fold.relation is not Relation.SAME_ENTRY and report.kind.kind is EntryKind.NEWS


def _open_story(report: Report, fold: Fold) -> Story:
    return Story(
        id=fold.story_id,
        title=report.entry.title,
        first_seen_at=report.seen_at,
        last_seen_at=report.seen_at,
    )


def as_listed(report: Report, origin: str) -> StoryReport:
    """Return a report as its story lists it; `origin` is whose reporting it is."""
    return StoryReport(
        outlet=report.outlet,
        title=report.entry.title,
        url=report.entry.url,
        seen_at=report.seen_at,
        published_at=report.entry.published_at,
        origin=origin if origin != report.outlet.name else "",
    )


def _add_origin(before: tuple[str, ...], origin: str) -> tuple[str, ...]:
    """Return the origins; media without a name may be any of them, so they are no further one."""
    named = tuple(name for name in union(before, (origin,)) if name != UNNAMED_MEDIA)
    return named or (UNNAMED_MEDIA,)


def _recent(
    reported: Iterable[tuple[str, datetime]], *, now: datetime
) -> tuple[tuple[str, datetime], ...]:
    """Return the origins heard in the last hour, each with when it was heard last."""
    latest = dict(sorted(reported, key=itemgetter(1)))
    return tuple((origin, at) for origin, at in latest.items() if now - at <= BREAKING_SPAN)


def _resolve(match: Match, story: Story, feed: Feed) -> Match:
    holding = [
        level
        for level in union(match.pending_levels, story.pending_levels)
        if level.watchlist == match.watchlist and not story_misfit(level.story, story, feed)
    ]
    own = next((level.level for level in holding if level in match.pending_levels), match.severity)
    inherited = (level.level for level in holding if level not in match.pending_levels)
    return replace(match, severity=highest((own, *inherited)))


# ---------------------------------------------------------------- asking


def story_misfit(wanted: StoryFilter, story: Story | None, feed: Feed) -> str:
    """Return why a story is not the wanted one; "" when it is.

    Without a story, the report counts as its first one.
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
        return "wants what only state media has" if wanted.state_only else "only state media has it"
    if wanted.state_first not in (None, is_state_first):
        return "wants what state media had first" if wanted.state_first else "state media was first"
    return ""
