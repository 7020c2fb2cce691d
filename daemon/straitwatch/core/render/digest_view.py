"""Makes the values that the templates of digests and roll-ups use."""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from straitwatch.core.blind_windows import describe_windows
from straitwatch.core.model import CoverageFacts, DigestFacts, DigestItem, RollupFacts
from straitwatch.core.plural import counted
from straitwatch.core.render.parts import ICONS, lead, outlet_label, span_text
from straitwatch.core.render.text import NAME_LIMIT, QUOTE_LIMIT, Link, LocalTimes, link, shown

BROKEN_LIMIT = 20  # broken feeds that a digest names; the rest is counted
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


@dataclass(frozen=True, slots=True)
class GroupView:
    """The stories of a digest that share their watch-lists."""

    title: str
    items: tuple[ItemView, ...]


def digest_values(facts: DigestFacts, times: LocalTimes) -> dict[str, Any]:
    items = sorted(facts.items, key=lambda item: (-item.severity.rank, item.first_seen_at))
    groups: dict[str, list[ItemView]] = {}
    for item in items:
        lists = _list_titles(item)
        groups.setdefault(lists, []).append(_item(item, lists, times))
    total = len(items) + facts.more
    return {
        "name": shown(facts.name, limit=NAME_LIMIT),
        "since": times.show(facts.coverage.since_at),
        "until": times.show(facts.coverage.until_at),
        "groups": tuple(GroupView(title, tuple(group)) for title, group in groups.items()),
        "total": total,
        "summary": counted(total, "story", "stories") if total else _nothing(facts),
        "is_quiet": not (total or facts.running or facts.commentary),
        "running": tuple(_item(item, _list_titles(item), times) for item in facts.running),
        "commentary": tuple(_item(item, _list_titles(item), times) for item in facts.commentary),
        "alerted": sum(item.was_alerted for item in items),
        "more": facts.more,
        "more_running": facts.more_running,
        "more_commentary": facts.more_commentary,
        "is_late": facts.is_late,
        "coverage": coverage_line(facts.coverage, times.zone),
        "trouble": _trouble(facts.coverage),
    }


def _list_titles(item: DigestItem) -> str:
    return " · ".join(shown(title, limit=NAME_LIMIT) for title in item.watchlists)


def _item(item: DigestItem, lists: str, times: LocalTimes) -> ItemView:
    return ItemView(
        icon=ICONS[item.severity],
        severity=item.severity.value,
        lead=lead(item.signal),
        title=link(shown(item.title) or "(no title)", item.url),
        original=shown(item.original),
        outlet=outlet_label(item.outlet),
        when=times.show(item.first_seen_at),
        lists=lists,
        outlet_count=item.outlet_count,
        was_alerted=item.was_alerted,
        is_late=item.is_late,
        updates=item.updates,
        more_outlets=counted(item.more_outlets, "more outlet") if item.more_outlets else "",
        part_of=shown(item.part_of),
    )


def rollup_values(facts: RollupFacts, times: LocalTimes) -> dict[str, Any]:
    return {
        "icon": ICONS[facts.severity],
        "severity": facts.severity.value,
        "summary": counted(facts.stories, "story", "stories"),
        "messages": counted(facts.messages, "message"),
        "cause": _cause(facts),
        "since": times.show(facts.since_at),
        "until": times.show(facts.until_at),
        "items": tuple(_item(item, _list_titles(item), times) for item in facts.items),
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
        names = [shown(name, limit=NAME_LIMIT) for name in facts.feeds_broken[:BROKEN_LIMIT]]
        more = len(facts.feeds_broken) - len(names)
        named = ", ".join(names) + (f" and {more} more" if more else "")
        parts.append(f"{len(facts.feeds_broken)} not covered: {named}")
    parts.append(f"{counted(facts.entries_read, 'entry', 'entries')} read")
    if facts.blind_for:
        name = shown(facts.blind_feed, limit=NAME_LIMIT)
        parts.append(f"longest not read: {name} for {span_text(facts.blind_for)}")
    described = describe_windows(facts.windows, zone)
    sentences = (shown(sentence, limit=QUOTE_LIMIT) for sentence in described)
    return "; ".join((", ".join(parts), *sentences))


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
