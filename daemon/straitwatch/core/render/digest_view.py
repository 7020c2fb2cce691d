"""Makes the values that the templates of digests and roll-ups use."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from straitwatch.core.blind_windows import describe_windows
from straitwatch.core.model import CoverageFacts, DigestFacts, DigestItem, RollupFacts
from straitwatch.core.plural import counted
from straitwatch.core.render.chart import has_shape, timeline_alternative, timeline_text
from straitwatch.core.render.parts import ICONS, RE_LIMIT, lead, outlet_label, span_text
from straitwatch.core.render.text import NAME_LIMIT, QUOTE_LIMIT, Link, LocalTimes, link, shown

CAUSES_LIMIT = 4  # causes for which feeds are not covered, in a digest; the rest is counted
NAMES_LIMIT = 2  # feeds that a digest names for each cause
SENTENCE_LIMIT = 200  # characters
_ACT = "Mute, mark or snooze"
# Invisible characters, which no cleaned text has: they enclose an item in a Slack template.
ITEM_BEGINS, ITEM_TEXT, ITEM_ENDS = "\u2062", "\u2063", "\u2064"
# The sections of digests and roll-ups, and the numbers of their stories that are not listed
_SECTIONS = {
    "items": "more",
    "fresh": "more",
    "running": "more_running",
    "sent": "more_sent",
    "commentary": "more_commentary",
}
_CAUSES = {
    "quiet_hours": "held in quiet hours",
    "group_wait": "gathered in the group wait",
}


@dataclass(frozen=True, slots=True)
class ItemView:
    """One story of a digest."""

    icon: str
    severity: str
    lead: str
    title: Link
    original: str
    outlet: str
    when: str
    lists: str
    outlet_count: int
    was_alerted: bool
    is_late: bool
    updates: int
    more_outlets: str
    part_of: str
    sentence: str
    act: Link | None
    begins: str
    ends: str = ITEM_ENDS


def digest_values(facts: DigestFacts, times: LocalTimes, urls: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of a digest; `urls` are the pages for actions, by story."""
    items = sorted(facts.items, key=_importance)
    fresh = [item for item in items if not item.was_alerted]
    sent = [item for item in items if item.was_alerted]
    total = len(items) + facts.more
    has_chart = has_shape(facts.timeline)
    return {
        "name": shown(facts.name, limit=NAME_LIMIT),
        "since": times.show(facts.coverage.since_at),
        "until": times.show(facts.coverage.until_at),
        "period": times.span(facts.coverage.since_at, facts.coverage.until_at),
        "fresh": tuple(_item(item, times, urls) for item in fresh),
        "sent": tuple(_item(item, times, urls) for item in sent),
        "running": tuple(
            _item(item, times, urls) for item in sorted(facts.running, key=_importance)
        ),
        "commentary": tuple(_item(item, times, urls) for item in facts.commentary),
        "total": total,
        "summary": _summary(facts, total),
        "top": shown((fresh or items)[0].title, limit=RE_LIMIT) if items else "",
        "is_quiet": not (total or facts.running or facts.commentary),
        "alerted": len(sent),
        "more": facts.more,
        "more_running": facts.more_running,
        "more_sent": 0,
        "more_commentary": facts.more_commentary,
        "is_cut": False,
        "is_late": facts.is_late,
        "timeline": timeline_text(facts.timeline, times) if facts.timeline and has_chart else "",
        "timeline_alternative": timeline_alternative(facts.timeline, times)
        if facts.timeline and has_chart
        else "",
        "coverage": coverage_line(facts.coverage, times.zone),
        "trouble": _trouble(facts.coverage),
    }


def fit_stories(
    values: Mapping[str, Any], fits: Callable[[Mapping[str, Any]], bool]
) -> Mapping[str, Any]:
    """Return the values of a digest or roll-up with as many stories in each section as fit.

    Args:
        values: of the template.
        fits: renders such values and returns True if the message is short enough.

    """
    if fits(values):
        return values
    longest = max(len(values[name]) for name in _SECTIONS if name in values)
    fitting = bisect_right(
        range(1, longest + 1), False, key=lambda count: not fits(_shorten(values, count))
    )
    return _shorten(values, max(1, fitting))


def _shorten(values: Mapping[str, Any], count: int) -> dict[str, Any]:
    cut: dict[str, Any] = {"is_cut": True}
    for name, more in _SECTIONS.items():
        if name in values:
            cut[name] = values[name][:count]
            cut[more] = values[more] + len(values[name][count:])
    return {**values, **cut}


def _importance(item: DigestItem) -> tuple[int, float, int]:
    """Order by severity, then the newest first, then by the number of outlets."""
    return -item.severity.rank, -item.first_seen_at.timestamp(), -item.outlet_count


def _summary(facts: DigestFacts, total: int) -> str:
    return counted(total, "story", "stories") if total else _nothing(facts)


def _list_titles(item: DigestItem) -> str:
    return " · ".join(shown(title, limit=NAME_LIMIT) for title in item.watchlists)


def _item(item: DigestItem, times: LocalTimes, urls: Mapping[str, str]) -> ItemView:
    url = urls.get(item.story_id, "")
    return ItemView(
        icon=ICONS[item.severity],
        severity=item.severity.value,
        lead=lead(item.signal),
        title=link(shown(item.title) or "(no title)", item.url),
        original=shown(item.original),
        outlet=outlet_label(item.outlet),
        when=times.show(item.first_seen_at),
        lists=_list_titles(item),
        sentence=shown(item.sentence, limit=SENTENCE_LIMIT),
        outlet_count=item.outlet_count,
        was_alerted=item.was_alerted,
        is_late=item.is_late,
        updates=item.updates,
        more_outlets=counted(item.more_outlets, "more outlet") if item.more_outlets else "",
        part_of=shown(item.part_of),
        act=link(_ACT, url) if url else None,
        begins=f"{ITEM_BEGINS}{item.story_id}{ITEM_TEXT}",
    )


def rollup_values(facts: RollupFacts, times: LocalTimes, urls: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of a roll-up; `urls` are the pages for actions, by story."""
    return {
        "icon": ICONS[facts.severity],
        "severity": facts.severity.value,
        "summary": counted(facts.stories, "story", "stories"),
        "messages": counted(facts.messages, "message"),
        "cause": _cause(facts),
        "since": times.show(facts.since_at),
        "until": times.show(facts.until_at),
        "period": times.span(facts.since_at, facts.until_at),
        "items": tuple(_item(item, times, urls) for item in facts.items),
        "more": facts.stories - len(facts.items),
    }


def _cause(facts: RollupFacts) -> str:
    if facts.cause == "limit" and facts.limit is not None:
        allowed = f"{facts.limit.messages} messages in {span_text(facts.limit.per)}"
        return f"volume limit reached: {allowed}"
    return _CAUSES.get(facts.cause, "held until now")


def coverage_line(facts: CoverageFacts, zone: tzinfo) -> str:
    """Return `41/43 feeds current, 2 not covered: A, B, 1,284 entries read`."""
    parts = [f"{facts.feeds_current}/{facts.feeds} feeds current"]
    if facts.feeds_late:
        parts.append(f"{facts.feeds_late} late")
    if facts.feeds_broken:
        named = _not_covered(facts.feeds_broken)
        parts.append(f"{len(facts.feeds_broken)} not covered: {named}")
    parts.append(f"{counted(facts.entries_read, 'entry', 'entries')} read")
    if facts.blind_for:
        name = shown(facts.blind_feed, limit=NAME_LIMIT)
        parts.append(f"longest not read: {name} for {span_text(facts.blind_for)}")
    described = describe_windows(facts.windows, zone)
    sentences = (shown(sentence, limit=QUOTE_LIMIT) for sentence in described)
    return "; ".join((", ".join(parts), *sentences))


def _not_covered(broken: Sequence[str]) -> str:
    """Return `9 frozen (Island Post, Quay News and 7 more), 1 timeout (Harbour Gazette)`."""
    names_by_cause: dict[str, list[str]] = {}
    for feed in broken:
        name, _, cause = feed.rpartition(": ")
        names_by_cause.setdefault(shown(cause if name else "", limit=NAME_LIMIT), []).append(
            shown(name or cause, limit=NAME_LIMIT)
        )
    worst_first = list(names_by_cause.items())
    said = [_names(cause, names) for cause, names in worst_first[:CAUSES_LIMIT]]
    rest = sum(len(names) for _, names in worst_first[CAUSES_LIMIT:])
    return ", ".join(said) + (f" and {rest} more" if rest else "")


def _names(cause: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMES_LIMIT} more" if len(names) > NAMES_LIMIT else ""
    named = ", ".join(names[:NAMES_LIMIT]) + more
    return f"{len(names)} {cause} ({named})" if cause else named


def _nothing(facts: DigestFacts) -> str:
    """Return the words for a digest without new stories, with the number of covered feeds."""
    coverage = facts.coverage
    words = "No new story" if facts.running or facts.commentary else "Nothing matched"
    return f"{words} ({coverage.feeds_current}/{coverage.feeds} feeds current)"


def _trouble(facts: CoverageFacts) -> str:
    """Return the problems of delivery in the same window, or ""."""
    parts = []
    if facts.dead_letters:
        parts.append(f"{counted(facts.dead_letters, 'message')} undelivered")
    if facts.rollups:
        parts.append(f"{counted(facts.rollups, 'roll-up')} replaced several messages")
    if facts.pending:
        parts.append(f"{counted(facts.pending, 'message')} still waiting to be sent")
    return ", ".join(parts)
