"""Makes the values that the templates of alerts and updates use."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from straitwatch.core.listing import plausible_date
from straitwatch.core.model import (
    AlertFacts,
    CollectedUpdate,
    MatchNote,
    PageChange,
    Reason,
    StoryReport,
    Wording,
)
from straitwatch.core.plural import counted
from straitwatch.core.reasons import REASONS
from straitwatch.core.render.parts import (
    ICONS,
    LINE_LIMIT,
    cited,
    language_name,
    lead,
    outlet_label,
    outlet_name,
)
from straitwatch.core.render.text import (
    NAME_LIMIT,
    QUOTE_LIMIT,
    Address,
    Link,
    link,
    local_time,
    marked,
    safe_url,
    shown,
)

ALSO_LIMIT = 8  # other outlets that a message names; the rest is counted
ORIGINS_LIMIT = 5  # origins that a message names, with the number of all
TERMS_LIMIT = 8  # matched words that a message names for each list
UPDATES_LIMIT = 8  # collected updates that a message lists; the rest is counted
ADDED_LIMIT = 8  # new names and figures that a message names
_NO_CHANGE = PageChange()
_FIRST_CJK = "\u2e80"  # scripts from here on are written without spaces
_SAID_BY_LEAD = (Reason.CORRECTION, Reason.OTHER_LANGUAGE)  # before the headline of an update
_SAYS_UPDATE = re.compile(r"\W*updated?\b\W", re.IGNORECASE)


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
    link: Link  # from the outlet's name to its report
    url: Address
    title: str
    when: str


@dataclass(frozen=True, slots=True)
class WordingView:
    """A changed passage of an article, before and after."""

    was: str
    now: str


@dataclass(frozen=True, slots=True)
class UpdateView:
    """One of several updates in a message."""

    lead: str
    title: Link
    outlet: str
    when: str
    reason: str
    wordings: tuple[WordingView, ...] = ()


def alert_values(facts: AlertFacts, zone: str) -> dict[str, Any]:
    return _report_values(facts, zone) | _story_values(facts, zone)


def _report_values(facts: AlertFacts, zone: str) -> dict[str, Any]:
    """Return the values about the report."""
    change = facts.change or _NO_CHANGE
    title = marked(facts.title, facts.title_spans)
    updates = facts.updates[-UPDATES_LIMIT:]
    return {
        "lead": lead(facts.signal, facts.also_in),
        "signal": facts.signal.value.upper() if facts.signal else "",
        "also_in": language_name(facts.also_in) if facts.also_in else "",
        "is_raised": facts.reason in (Reason.HIGHER_SEVERITY, Reason.BREAKING),
        "added": ", ".join(shown(name, limit=NAME_LIMIT) for name in facts.added[:ADDED_LIMIT]),
        "updates": tuple(_update(update, zone) for update in updates),
        "updates_more": len(facts.updates) - len(updates),
        "icon": ICONS[facts.severity],
        "severity": facts.severity.value,
        "lists": tuple(_list(note) for note in facts.matches),
        "list_titles": " · ".join(shown(note.title, limit=NAME_LIMIT) for note in facts.matches),
        "title": link(title if str(title) else marked("(no title)", ()), facts.url),
        "outlet": outlet_label(facts.outlet),
        "outlet_name": outlet_name(facts.outlet),
        "when": local_time(facts.published_at or facts.seen_at, zone),
        "has_date": facts.published_at is not None,
        "quote": marked(facts.quote.text, facts.quote.spans, limit=QUOTE_LIMIT),
        "has_quote": _has_quote(facts),
        "is_from_page": facts.is_from_page,
        "wordings": tuple(_wording(one) for one in change.wordings),
        "page_note": shown(change.note, limit=QUOTE_LIMIT),
        "is_removed": change.is_removed,
        "says_update": bool(_SAYS_UPDATE.match(facts.title)),
        "origin": cited(shown(facts.origin, limit=NAME_LIMIT)),
        "entry_id": shown(facts.entry_id, limit=NAME_LIMIT),
        "is_late": facts.is_late,
        "reason": _why_sent(facts),
    }


def _has_quote(facts: AlertFacts) -> bool:
    """Return False if the quote says no more than the title or a changed passage."""
    text = facts.quote.text.strip()
    changed = {one.now for one in facts.change.wordings} if facts.change else set()
    return bool(text) and text not in changed | {facts.title}


def _wording(wording: Wording) -> WordingView:
    return WordingView(
        was=shown(wording.was, limit=QUOTE_LIMIT), now=shown(wording.now, limit=QUOTE_LIMIT)
    )


def _story_values(facts: AlertFacts, zone: str) -> dict[str, Any]:
    """Return the values about the story."""
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


def _probable(facts: AlertFacts, story: str) -> str:
    """Return `Probably about the same event as “Talks resume”`; "" if the story is certain."""
    if not facts.is_probable:
        return ""
    return f"Probably about the same event as “{story}”"


def _update(update: CollectedUpdate, zone: str) -> UpdateView:
    return UpdateView(
        lead=lead(update.signal),
        title=link(shown(update.title, limit=LINE_LIMIT) or "(no title)", update.url),
        outlet=outlet_name(update.outlet),
        when=local_time(update.published_at or update.seen_at, zone),
        reason=_why_collected(update),
        wordings=tuple(_wording(one) for one in (update.change or _NO_CHANGE).wordings),
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
    """Return the words before the first report; only a dated one is the first on record."""
    is_dated = first and plausible_date(first, first_seen_at=facts.first_seen_at)
    return "First reported by" if is_dated else "First seen in"


def _origins(facts: AlertFacts) -> str:
    """Return `1 origin: WSJ` if outlets repeat each other; "" if each has its own."""
    if not facts.origins or len(facts.origins) >= facts.outlet_count:
        return ""
    names = [shown(name, limit=NAME_LIMIT) for name in facts.origins[:ORIGINS_LIMIT]]
    return f"{counted(len(facts.origins), 'origin')}: {', '.join(names)}"


def _list(note: MatchNote) -> ListView:
    terms = [shown(term, limit=NAME_LIMIT) for term in _longest(note.terms)]
    more = f" and {len(terms) - TERMS_LIMIT} more" if len(terms) > TERMS_LIMIT else ""
    return ListView(
        title=shown(note.title, limit=NAME_LIMIT),
        severity=note.severity.value,
        terms=", ".join(terms[:TERMS_LIMIT]) + more,
    )


def _longest(terms: Sequence[str]) -> list[str]:
    """Leave out the words of longer terms: `Taiwan` says nothing beside `Taiwan Strait`."""
    return [term for term in terms if not any(_is_part(term, other) for other in terms)]


def _is_part(term: str, other: str) -> bool:
    if not term or len(term) >= len(other):
        return False
    if max(term) < _FIRST_CJK:  # whole words only: `US` is no part of `USNI`
        return f" {term} " in f" {other} "
    return term in other


def _report(report: StoryReport, zone: str) -> ReportView:
    return ReportView(
        outlet=outlet_label(report.outlet),
        link=link(marked(outlet_label(report.outlet), ()), report.url),
        url=Address(safe_url(report.url)),
        title=shown(report.title),
        when=local_time(report.published_at or report.seen_at, zone),
    )
