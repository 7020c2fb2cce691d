"""What templates may say: one flat mapping of clean values for each kind of message."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from straitwatch.core.listing import plausible_date
from straitwatch.core.model import (
    AlertFacts,
    AlertKind,
    CollectedUpdate,
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
    SignalKind,
    StoryReport,
)
from straitwatch.core.reasons import REASONS
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
UPDATES_LIMIT = 8  # collected updates that are listed; the rest is counted
ADDED_LIMIT = 8  # new names and figures that are named
LINE_LIMIT = 160  # characters of a headline that is not the first of its message
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
_LANGUAGES = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "pl": "Polish",
    "ru": "Russian",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
_SAID_BY_LEAD = (Reason.CORRECTION, Reason.OTHER_LANGUAGE)  # before the headline of an update
_SAYS_UPDATE = re.compile(r"\W*updated?\b\W", re.IGNORECASE)
# `the Wall Street Journal`, but `Reuters`: papers and bodies whose English names have an article.
_WITH_ARTICLE = re.compile(
    r"(?!the )[ -~]*\b(?:agency|chronicle|courier|daily|economist|gazette|globe|guardian|herald|"
    r"independent|institute|journal|mail|monitor|observer|post|press|review|standard|star|sun|"
    r"telegraph|times|tribune)(?: (?:for|of) [ -~]+)?",
    re.IGNORECASE,
)


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
class UpdateView:
    """One of several updates that come in one message."""

    lead: str
    title: Link
    outlet: str
    when: str
    reason: str


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
    option = shown(job.config_option, limit=QUOTE_LIMIT)
    common: dict[str, Any] = {
        "receiver": shown(job.delivery.receiver, limit=NAME_LIMIT),
        "recipient": shown(job.delivery.recipient, limit=NAME_LIMIT),
        "routes": ", ".join(shown(name, limit=NAME_LIMIT) for name in job.delivery.routes),
        "delivery_id": shown(job.delivery.id, limit=NAME_LIMIT),
        "config_option": f" {option}" if option else "",
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
    return _report_told(facts, zone) | _story_told(facts, zone)


def _report_told(facts: AlertFacts, zone: str) -> dict[str, Any]:
    """What the message says of its report."""
    title = marked(facts.title, facts.title_spans)
    updates = facts.updates[-UPDATES_LIMIT:]
    return {
        "lead": _lead(facts.signal, facts.also_in),
        "signal": facts.signal.value.upper() if facts.signal else "",
        "also_in": _language(facts.also_in) if facts.also_in else "",
        "is_raised": facts.reason in (Reason.HIGHER_SEVERITY, Reason.BREAKING),
        "added": ", ".join(shown(name, limit=NAME_LIMIT) for name in facts.added[:ADDED_LIMIT]),
        "updates": tuple(_update(update, zone) for update in updates),
        "updates_more": len(facts.updates) - len(updates),
        "icon": ICONS[facts.severity],
        "severity": facts.severity.value,
        "lists": tuple(_list(note) for note in facts.matches),
        "list_titles": " · ".join(shown(note.title, limit=NAME_LIMIT) for note in facts.matches),
        "title": link(title if str(title) else marked("(no title)", ()), facts.url),
        "outlet": _outlet(facts.outlet),
        "outlet_name": _name(facts.outlet),
        "when": local_time(facts.published_at or facts.seen_at, zone),
        "has_date": facts.published_at is not None,
        "quote": marked(facts.quote.text, facts.quote.spans, limit=QUOTE_LIMIT),
        "has_quote": bool(facts.quote.text.strip()) and facts.quote.text != facts.title,
        "says_update": bool(_SAYS_UPDATE.match(facts.title)),
        "origin": cited(shown(facts.origin, limit=NAME_LIMIT)),
        "entry_id": shown(facts.entry_id, limit=NAME_LIMIT),
        "is_late": facts.is_late,
        "reason": _why_sent(facts),
    }


def _story_told(facts: AlertFacts, zone: str) -> dict[str, Any]:
    """What the message says of its story."""
    first = facts.first_report
    if first is not None and first.outlet.name == facts.outlet.name:
        first = None
    named = {facts.outlet.name, first.outlet.name if first else ""}
    updates = facts.updates[-UPDATES_LIMIT:]
    linked = {facts.url, *(update.url for update in updates)} - {""}
    also = [
        report
        for report in facts.also
        if report.outlet.name not in named and report.url not in linked
    ]
    named |= {*(update.outlet.name for update in updates)}
    named |= {report.outlet.name for report in also[:ALSO_LIMIT]}
    also_more = facts.outlet_count - len(named - {""})
    if first is not None and first.url in linked:
        first = replace(first, url="")
    story = shown(facts.story_title or facts.title, limit=LINE_LIMIT) or "(no title)"
    headline = shown(facts.headline.title, limit=LINE_LIMIT) if facts.headline else ""
    return {
        "headline": link(headline, facts.headline.url) if facts.headline and headline else None,
        "story_title": headline or story,
        "story_original": story if headline and headline != story else "",
        "is_own_story": (headline or story) == shown(facts.title, limit=LINE_LIMIT),
        "part_of": shown(facts.part_of.title, limit=LINE_LIMIT) if facts.part_of else "",
        "split_from": shown(facts.split_from.title, limit=LINE_LIMIT) if facts.split_from else "",
        "probable": _probable(facts, headline or story),
        "first_seen": local_time(facts.first_seen_at, zone),
        "first": None if first is None else _first(first, facts, zone),
        "first_words": _first_words(first, facts),
        "also": tuple(_report(report, zone) for report in also[:ALSO_LIMIT]),
        "also_more": max(0, also_more) if also else 0,
        "outlet_count": facts.outlet_count,
        "outlets": counted(facts.outlet_count, "outlet"),
        "origins": _origins(facts),
        "is_state_only": facts.is_state_only,
        "related": None if facts.related is None else _report(facts.related, zone),
        "related_names": ", ".join(shown(name, limit=NAME_LIMIT) for name in facts.related_names),
        "story_id": shown(facts.story_id, limit=NAME_LIMIT),
        "related_id": shown(facts.related_id, limit=NAME_LIMIT),
    }


def _lead(signal: SignalKind | None, also_in: str = "") -> str:
    """What goes before a headline: `CORRECTION: `, `Also in Chinese: `, or nothing."""
    word = f"{signal.value.upper()}: " if signal else ""
    return f"{word}Also in {_language(also_in)}: " if also_in else word


def cited(name: str) -> str:
    """Write a name as one that is cited: `the Wall Street Journal`, `Reuters`."""
    return f"the {name}" if _WITH_ARTICLE.fullmatch(name) else name


def _language(tag: str) -> str:
    """`Chinese` for zh-Hant."""
    return _LANGUAGES.get(tag.partition("-")[0].lower(), shown(tag, limit=NAME_LIMIT))


def _probable(facts: AlertFacts, story: str) -> str:
    """`Probably about the same event as “Talks resume”`; "" if the story is certain."""
    if not facts.is_probable:
        return ""
    return f"Probably about the same event as “{story}”"


def _update(update: CollectedUpdate, zone: str) -> UpdateView:
    return UpdateView(
        lead=_lead(update.signal),
        title=link(shown(update.title, limit=LINE_LIMIT) or "(no title)", update.url),
        outlet=_name(update.outlet),
        when=local_time(update.published_at or update.seen_at, zone),
        reason=_why_collected(update),
    )


def _why_sent(facts: AlertFacts) -> str:
    """Return the reason of an update, unless another line of the message says it."""
    is_said = facts.is_probable or facts.reason in _SAID_BY_LEAD
    return "" if is_said else REASONS[facts.reason].short


def _why_collected(update: CollectedUpdate) -> str:
    """Return why a collected update was sent: `new development`, `denial`."""
    if update.signal:
        return update.signal.value
    return REASONS[update.reason].short


def _first(first: StoryReport, facts: AlertFacts, zone: str) -> ReportView:
    published_at = plausible_date(first, first_seen_at=facts.first_seen_at)
    return _report(replace(first, published_at=published_at), zone)


def _first_words(first: StoryReport | None, facts: AlertFacts) -> str:
    """Claim no more than the dates say."""
    is_dated = first and plausible_date(first, first_seen_at=facts.first_seen_at)
    return "First reported by" if is_dated else "First seen in"


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
        "summary": counted(total, "story", "stories") if total else _nothing(facts),
        "is_quiet": not (total or facts.running or facts.commentary),
        "running": tuple(_item(item, _list_titles(item), zone) for item in facts.running),
        "commentary": tuple(_item(item, _list_titles(item), zone) for item in facts.commentary),
        "alerted": sum(item.was_alerted for item in items),
        "more": facts.more,
        "more_running": facts.more_running,
        "more_commentary": facts.more_commentary,
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
        lead=_lead(item.signal),
        title=link(shown(item.title) or "(no title)", item.url),
        original=shown(item.original, limit=LINE_LIMIT),
        outlet=_outlet(item.outlet),
        when=local_time(item.first_seen_at, zone),
        lists=lists,
        outlet_count=item.outlet_count,
        was_alerted=item.was_alerted,
        is_late=item.is_late,
        updates=item.updates,
        more_outlets=counted(item.more_outlets, "more outlet") if item.more_outlets else "",
        part_of=shown(item.part_of, limit=LINE_LIMIT),
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


def _nothing(facts: DigestFacts) -> str:
    """Say `Nothing matched` only where nothing did, and never without what was covered."""
    coverage = facts.coverage
    words = "No new story" if facts.running or facts.commentary else "Nothing matched"
    return f"{words} ({coverage.feeds_current}/{coverage.feeds} feeds current)"


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
