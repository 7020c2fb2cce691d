"""What templates may say: one flat mapping of clean values for each kind of message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from straitwatch.core.model import (
    AlertFacts,
    AlertKind,
    CoverageFacts,
    DigestFacts,
    DigestItem,
    MatchNote,
    NoticeFacts,
    Outlet,
    Reason,
    RollupFacts,
    SendJob,
    Severity,
    StoryReport,
)
from straitwatch.core.render.text import (
    NAME_LIMIT,
    QUOTE_LIMIT,
    Address,
    Link,
    Marked,
    link,
    local_time,
    marked,
    safe_url,
    shown,
)

ALSO_LIMIT = 8  # other outlets named in a message; the rest is counted
ORIGINS_LIMIT = 5  # named; the number is told
TERMS_LIMIT = 8  # words named for each list
NOTICE_LINES = 100
BROKEN_LIMIT = 20  # feeds named in a digest; the rest is counted
ICONS = {
    Severity.CRITICAL: "🔴",
    Severity.HIGH: "🟠",
    Severity.NORMAL: "🔵",
    Severity.LOW: "⚪",
}
_CAUSES = {
    "quiet_hours": "held in quiet hours",
    "group_wait": "gathered in the group wait",
}
_WHY_UPDATE = {
    Reason.NEW_LIST: "new watch-list",
    Reason.BREAKING: "breaking: many independent origins within an hour",
    Reason.HIGHER_SEVERITY: "higher severity",
    Reason.TIER_ONE: "first tier 1 outlet",
    Reason.DAY_LATER: "reported again a day later",
    Reason.NEW_ROUTE: "its sources changed",
}


@dataclass(frozen=True, slots=True)
class ListView:
    """One watch-list and the words that matched it."""

    title: str
    severity: str
    terms: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """One outlet's report."""

    outlet: str
    link: Link  # the outlet's name, leading to its report
    url: Address
    title: str
    when: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """One story of a digest."""

    icon: str
    severity: str
    title: Link
    outlet: str
    when: str
    lists: str
    outlet_count: int
    was_alerted: bool
    is_late: bool


@dataclass(frozen=True, slots=True)
class GroupView:
    """The stories of a digest that share their watch-lists."""

    title: str
    items: tuple[ItemView, ...]


def template_name(kind: AlertKind) -> str:
    """The template that a kind of message is written with."""
    match kind:
        case AlertKind.NEW:
            return "alert"
        case AlertKind.UPDATE:
            return "update"
        case AlertKind.DIGEST:
            return "digest"
        case AlertKind.ROLLUP:
            return "rollup"
        case AlertKind.SYSTEM | AlertKind.CANARY | AlertKind.TEST:
            return "notice"


def view(job: SendJob, zone: str) -> dict[str, Any]:
    """Everything that the template of this job may use."""
    common: dict[str, Any] = {
        "receiver": shown(job.delivery.receiver, limit=NAME_LIMIT),
        "recipient": shown(job.delivery.recipient, limit=NAME_LIMIT),
        "routes": ", ".join(shown(name, limit=NAME_LIMIT) for name in job.delivery.routes),
        "delivery_id": shown(job.delivery.id, limit=NAME_LIMIT),
        "is_test": job.kind is AlertKind.TEST,
    }
    match job.facts:
        case AlertFacts() as facts:
            return common | _alert(facts, zone)
        case DigestFacts() as facts:
            return common | _digest(facts, zone)
        case RollupFacts() as facts:
            return common | _rollup(facts, zone)
        case NoticeFacts() as facts:
            return common | _notice(facts)


def _alert(facts: AlertFacts, zone: str) -> dict[str, Any]:
    first = facts.first_report
    if first is not None and first.outlet.name == facts.outlet.name:
        first = None
    named = {facts.outlet.name, first.outlet.name if first else ""}
    also = [report for report in facts.also if report.outlet.name not in named]
    also_more = facts.outlet_count - len(named - {""}) - min(len(also), ALSO_LIMIT)
    title = marked(facts.title, facts.title_spans)
    return {
        "icon": ICONS[facts.severity],
        "severity": facts.severity.value,
        "lists": tuple(_list(note) for note in facts.matches),
        "list_titles": " · ".join(shown(note.title, limit=NAME_LIMIT) for note in facts.matches),
        "title": link(title if str(title) else marked("(no title)", ()), facts.url),
        "outlet": _outlet(facts.outlet),
        "outlet_name": _name(facts.outlet),
        "when": local_time(facts.published_at or facts.seen_at, zone),
        "has_date": facts.published_at is not None,
        "first_seen": local_time(facts.first_seen_at, zone),
        "quote": marked(facts.quote.text, facts.quote.spans, limit=QUOTE_LIMIT),
        "has_quote": bool(facts.quote.text.strip()) and facts.quote.text != facts.title,
        "first": None if first is None else _report(first, zone),
        "also": tuple(_report(report, zone) for report in also[:ALSO_LIMIT]),
        "also_more": max(0, also_more) if also else 0,
        "outlet_count": facts.outlet_count,
        "outlets": counted(facts.outlet_count, "outlet"),
        "origin": shown(facts.origin, limit=NAME_LIMIT),
        "origins": _origins(facts),
        "is_state_only": facts.is_state_only,
        "related": None if facts.related is None else _report(facts.related, zone),
        "related_names": ", ".join(shown(it, limit=NAME_LIMIT) for it in facts.related_names),
        "story_id": shown(facts.story_id, limit=NAME_LIMIT),
        "entry_id": shown(facts.entry_id, limit=NAME_LIMIT),
        "related_id": shown(facts.related_id, limit=NAME_LIMIT),
        "story_title": shown(facts.story_title or facts.title) or "(no title)",
        "is_late": facts.is_late,
        "reason": _WHY_UPDATE.get(facts.reason, ""),
    }


def _origins(facts: AlertFacts) -> str:
    """`1 origin: WSJ`, where outlets repeat each other; "" where each has its own."""
    if not facts.origins or len(facts.origins) >= facts.outlet_count:
        return ""
    names = [shown(name, limit=NAME_LIMIT) for name in facts.origins[:ORIGINS_LIMIT]]
    return f"{counted(len(facts.origins), 'origin')}: {', '.join(names)}"


def _list(note: MatchNote) -> ListView:
    terms = [shown(term, limit=NAME_LIMIT) for term in note.terms]
    more = f" and {len(terms) - TERMS_LIMIT} more" if len(terms) > TERMS_LIMIT else ""
    return ListView(
        title=shown(note.title, limit=NAME_LIMIT),
        severity=note.severity.value,
        terms=", ".join(terms[:TERMS_LIMIT]) + more,
    )


def _name(outlet: Outlet) -> str:
    return shown(outlet.name, limit=NAME_LIMIT)


def _outlet(outlet: Outlet) -> str:
    """`Xinhua (state, tier 1)`."""
    words = [shown(outlet.stance, limit=NAME_LIMIT), f"tier {outlet.tier}"]
    return f"{_name(outlet)} ({', '.join(word for word in words if word)})"


def _report(report: StoryReport, zone: str) -> ReportView:
    return ReportView(
        outlet=_outlet(report.outlet),
        link=link(marked(_outlet(report.outlet), ()), report.url),
        url=Address(safe_url(report.url)),
        title=shown(report.title),
        when=local_time(report.published_at or report.seen_at, zone),
    )


def _digest(facts: DigestFacts, zone: str) -> dict[str, Any]:
    items = sorted(facts.items, key=lambda item: (-item.severity.rank, item.first_seen_at))
    groups: dict[str, list[ItemView]] = {}
    for item in items:
        lists = _list_titles(item)
        groups.setdefault(lists, []).append(_item(item, lists, zone))
    total = len(items) + facts.more
    return {
        "name": shown(facts.name, limit=NAME_LIMIT),
        "since": local_time(facts.coverage.since_at, zone),
        "until": local_time(facts.coverage.until_at, zone),
        "groups": tuple(GroupView(title, tuple(group)) for title, group in groups.items()),
        "total": total,
        "summary": counted(total, "story", "stories") if total else _nothing(facts.coverage),
        "alerted": sum(item.was_alerted for item in items),
        "more": facts.more,
        "is_late": facts.is_late,
        "coverage": coverage_line(facts.coverage),
        "trouble": _trouble(facts.coverage),
    }


def _list_titles(item: DigestItem) -> str:
    return " · ".join(shown(title, limit=NAME_LIMIT) for title in item.watchlists)


def _item(item: DigestItem, lists: str, zone: str) -> ItemView:
    return ItemView(
        icon=ICONS[item.severity],
        severity=item.severity.value,
        title=link(shown(item.title) or "(no title)", item.url),
        outlet=_outlet(item.outlet),
        when=local_time(item.first_seen_at, zone),
        lists=lists,
        outlet_count=item.outlet_count,
        was_alerted=item.was_alerted,
        is_late=item.is_late,
    )


def _rollup(facts: RollupFacts, zone: str) -> dict[str, Any]:
    return {
        "icon": ICONS[facts.severity],
        "severity": facts.severity.value,
        "summary": counted(facts.stories, "story", "stories"),
        "messages": counted(facts.messages, "message"),
        "cause": _cause(facts),
        "since": local_time(facts.since_at, zone),
        "until": local_time(facts.until_at, zone),
        "items": tuple(_item(item, _list_titles(item), zone) for item in facts.items),
        "more": facts.stories - len(facts.items),
    }


def _cause(facts: RollupFacts) -> str:
    if facts.cause == "limit" and facts.limit is not None:
        allowed = f"{facts.limit.messages} messages in {_span(facts.limit.per)}"
        return f"volume limit reached: {allowed}"
    return _CAUSES.get(facts.cause, "held until now")


def _span(span: timedelta) -> str:
    """`10 min`, `1 h`, `1 h 30 min`."""
    hours, rest = divmod(round(span.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


def coverage_line(facts: CoverageFacts) -> str:
    """`41/43 feeds current, 2 broken: A, B, 1,284 entries read`."""
    parts = [f"{facts.feeds_current}/{facts.feeds} feeds current"]
    if facts.feeds_late:
        parts.append(f"{facts.feeds_late} late")
    if facts.feeds_broken:
        names = [shown(name, limit=NAME_LIMIT) for name in facts.feeds_broken[:BROKEN_LIMIT]]
        more = len(facts.feeds_broken) - len(names)
        named = ", ".join(names) + (f" and {more} more" if more else "")
        parts.append(f"{len(facts.feeds_broken)} broken: {named}")
    parts.append(f"{counted(facts.entries_read, 'entry', 'entries')} read")
    if facts.blind_for:
        name = shown(facts.blind_feed, limit=NAME_LIMIT)
        parts.append(f"longest not read: {name} for {_span(facts.blind_for)}")
    return ", ".join(parts)


def _nothing(facts: CoverageFacts) -> str:
    return f"Nothing matched ({facts.feeds_current}/{facts.feeds} feeds current)"


def _trouble(facts: CoverageFacts) -> str:
    """What was not delivered in the same window; "" if nothing."""
    parts = []
    if facts.dead_letters:
        parts.append(f"{counted(facts.dead_letters, 'message')} could not be delivered")
    if facts.rollups:
        parts.append(f"{counted(facts.rollups, 'roll-up')} stood for many messages")
    if facts.pending:
        parts.append(f"{counted(facts.pending, 'message')} still waiting to be sent")
    return ", ".join(parts)


def _notice(facts: NoticeFacts) -> dict[str, Any]:
    lines = [shown(line, limit=QUOTE_LIMIT) for line in facts.lines[:NOTICE_LINES]]
    return {
        "icon": ICONS[facts.severity],
        "severity": facts.severity.value,
        "title": shown(facts.title),
        "lines": tuple(line for line in lines if line),
        "more": max(0, len(facts.lines) - NOTICE_LINES),
    }


def counted(number: int, one: str, many: str = "") -> str:
    """`1 outlet`, `1,284 entries`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


Values = Mapping[str, Any]
__all__ = ["Marked", "Values", "counted", "coverage_line", "template_name", "view"]
