"""Makes the values that the templates of alerts and updates use."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from straitwatch.core.listing import plausible_date
from straitwatch.core.model import (
    AlertFacts,
    AlertKind,
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
    RE_LIMIT,
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
    LocalTimes,
    link,
    marked,
    safe_url,
    shown,
)

ALSO_LIMIT = 8  # other outlets that a message names; the rest is counted
SHORT_ID = 5  # characters of a story's id; `why` accepts them
LISTS_LIMIT = 3  # watch-lists that a message names; the rest is counted
TERMS_LIMIT = 8  # matched words that a message names for each list
UPDATES_LIMIT = 8  # collected updates that a message lists; the rest is counted
ADDED_LIMIT = 8  # new names and figures that a message names
_SEVERAL = 2
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


def alert_values(facts: AlertFacts, times: LocalTimes) -> dict[str, Any]:
    """Return the values of an alert or an update."""
    values = _report_values(facts, times) | _story_values(facts, times)
    return values | _beginning(facts, values) | {"small_print": _small_print(values)}


def _beginning(facts: AlertFacts, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the first line and the subject: the news, severity, lists and headline."""
    is_update = facts.kind is AlertKind.UPDATE
    change = values["signal"] or (_change(facts, values["reason"]) if is_update else "")
    now = f", now {facts.severity.value}" if is_update and values["is_raised"] else ""
    level = "" if now else facts.severity.value.capitalize()
    heading = " · ".join(filter(None, (level, values["list_titles"])))
    main = values["headline"] if values["headline"] and not is_update else values["title"]
    kicker = f"{values['icon']} {heading}".strip()
    return {
        "change": change + now,
        "heading": heading,
        "kicker": f"{change}{now} · {kicker}" if change else kicker,
        "main": main,
        "original": values["title"] if main is not values["title"] else "",
        "re": values["story_title"] if _names_story(values, is_update=is_update) else "",
        "subject": _subject(facts, values["signal"].capitalize() or change, now, str(main)),
    }


def _change(facts: AlertFacts, reason: str) -> str:
    """Return the words for an update: `Update`, `Also in Chinese`, `Update: new watch-list`."""
    if facts.also_in:
        return f"Also in {language_name(facts.also_in)}"
    is_said = facts.added or facts.reason is Reason.HIGHER_SEVERITY
    return f"Update: {reason}" if reason and not is_said else "Update"


def _names_story(values: Mapping[str, Any], *, is_update: bool) -> bool:
    return is_update and not values["is_own_story"] and not values["probable"]


def _subject(facts: AlertFacts, change: str, now: str, headline: str) -> str:
    """Return `[High] Navies: Ships sail`, or `Update, now critical: Ships sail`."""
    if change:
        words = change.partition(":")[0] + now
        return (
            headline
            if words == "Update" and _SAYS_UPDATE.match(headline)
            else f"{words}: {headline}"
        )
    first, *others = [shown(note.title, limit=NAME_LIMIT) for note in facts.matches] or [""]
    lists = f"{first} +{len(others)}" if others else first
    return f"[{facts.severity.value.capitalize()}] {lists}{': ' if lists else ''}{headline}"


def _small_print(values: Mapping[str, Any]) -> str:
    """Return `3 outlets, 2 origins · first: Harbour Gazette, 05:40 · why ujlmq`."""
    first = values["first"]
    said = f"{values['first_words']}: {first.outlet}, {first.when}" if first else ""
    return " · ".join(filter(None, (values["counts"], said, f"why {values['short_id']}")))


def _list_titles(facts: AlertFacts) -> str:
    """Return `Taiwan policy · Navies`; of many lists the first ones and the number of the rest."""
    titles = [shown(note.title, limit=NAME_LIMIT) for note in facts.matches]
    more = [f"+{len(titles) - LISTS_LIMIT}"] if len(titles) > LISTS_LIMIT else []
    return " · ".join([*titles[:LISTS_LIMIT], *more])


def _counts(facts: AlertFacts) -> str:
    """Return `3 outlets, 2 origins`; the only origin of several outlets by its name."""
    if facts.outlet_count < _SEVERAL:
        return ""
    outlets = counted(facts.outlet_count, "outlet")
    if not facts.origins:
        return outlets
    only = f": {shown(facts.origins[0], limit=NAME_LIMIT)}" if len(facts.origins) == 1 else ""
    return f"{outlets}, {counted(len(facts.origins), 'origin')}{only}"


def _byline(facts: AlertFacts, times: LocalTimes) -> str:
    """Return the outlet, its source and the time: `Xinhua (state), citing Reuters · 05:40`."""
    source = cited(shown(facts.origin, limit=NAME_LIMIT))
    outlet = f"{outlet_label(facts.outlet)}{f', citing {source}' if source else ''}"
    state = "only in state media so far" if facts.is_state_only else ""
    when = times.show(facts.published_at or facts.seen_at)
    dated = when if facts.published_at else f"seen {when}"
    return " · ".join(filter(None, (outlet, state, dated, "late" if facts.is_late else "")))


def _report_values(facts: AlertFacts, times: LocalTimes) -> dict[str, Any]:
    """Return the values about the report."""
    change = facts.change or _NO_CHANGE
    title = marked(facts.title, facts.title_spans)
    updates = facts.updates[-UPDATES_LIMIT:]
    return {
        "signal": facts.signal.value.upper() if facts.signal else "",
        "also_in": language_name(facts.also_in) if facts.also_in else "",
        "is_raised": facts.reason in (Reason.HIGHER_SEVERITY, Reason.BREAKING),
        "added": ", ".join(shown(name, limit=NAME_LIMIT) for name in facts.added[:ADDED_LIMIT]),
        "updates": tuple(_update(update, times) for update in updates),
        "updates_more": len(facts.updates) - len(updates),
        "icon": ICONS[facts.severity],
        "severity": facts.severity.value,
        "lists": tuple(_list(note) for note in facts.matches),
        "list_titles": _list_titles(facts),
        "title": link(title if str(title) else marked("(no title)", ()), facts.url),
        "byline": _byline(facts, times),
        "outlet": outlet_label(facts.outlet),
        "outlet_name": outlet_name(facts.outlet),
        "when": times.show(facts.published_at or facts.seen_at),
        "quote": marked(facts.quote.text, facts.quote.spans, limit=QUOTE_LIMIT),
        "has_quote": _has_quote(facts),
        "is_from_page": facts.is_from_page,
        "wordings": tuple(_wording(one) for one in change.wordings),
        "page_note": shown(change.note, limit=QUOTE_LIMIT),
        "is_removed": change.is_removed,
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


def _story_values(facts: AlertFacts, times: LocalTimes) -> dict[str, Any]:
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
    story = shown(facts.story_title or facts.title) or "(no title)"
    headline = shown(facts.headline.title) if facts.headline else ""
    return {
        "headline": link(headline, facts.headline.url) if facts.headline and headline else None,
        "story_title": shown(headline or story, limit=RE_LIMIT),
        "is_own_story": (headline or story) == shown(facts.title),
        "part_of": shown(facts.part_of.title, limit=RE_LIMIT) if facts.part_of else "",
        "split_from": shown(facts.split_from.title, limit=RE_LIMIT) if facts.split_from else "",
        "probable": _probable(facts, headline or story),
        "first_seen": times.show(facts.first_seen_at),
        "first": None if first is None else _first(first, facts, times),
        "first_words": _first_words(first, facts),
        "also": tuple(_report(report, times) for report in also[:ALSO_LIMIT]),
        "also_more": max(0, also_more) if also else 0,
        "outlet_count": facts.outlet_count,
        "outlets": counted(facts.outlet_count, "outlet"),
        "counts": _counts(facts),
        "is_state_only": facts.is_state_only,
        "related": None if facts.related is None else _report(facts.related, times),
        "related_names": ", ".join(shown(name, limit=NAME_LIMIT) for name in facts.related_names),
        "story_id": shown(facts.story_id, limit=NAME_LIMIT),
        "short_id": shown(facts.story_id, limit=NAME_LIMIT)[:SHORT_ID],
        "related_id": shown(facts.related_id, limit=NAME_LIMIT),
    }


def _probable(facts: AlertFacts, story: str) -> str:
    """Return `Probably about the same event as “Talks resume”`; "" if the story is certain."""
    if not facts.is_probable:
        return ""
    return f"Probably about the same event as “{shown(story, limit=RE_LIMIT)}”"


def _update(update: CollectedUpdate, times: LocalTimes) -> UpdateView:
    return UpdateView(
        lead=lead(update.signal),
        title=link(shown(update.title) or "(no title)", update.url),
        outlet=outlet_name(update.outlet),
        when=times.show(update.published_at or update.seen_at),
        reason=_why_collected(update),
        wordings=tuple(_wording(one) for one in (update.change or _NO_CHANGE).wordings),
    )


def _why_sent(facts: AlertFacts) -> str:
    """Return the reason of an update, unless another line of the message says it."""
    is_said = facts.is_probable or facts.reason in _SAID_BY_LEAD
    return "" if is_said else REASONS[facts.reason].short


def _why_collected(update: CollectedUpdate) -> str:
    """Return why a collected update was sent, such as `new development`; "" if its lead says it."""
    return "" if update.signal else REASONS[update.reason].short


def _first(first: StoryReport, facts: AlertFacts, times: LocalTimes) -> ReportView:
    published_at = plausible_date(first, first_seen_at=facts.first_seen_at)
    return _report(replace(first, published_at=published_at), times)


def _first_words(first: StoryReport | None, facts: AlertFacts) -> str:
    """Return the words before the first report; only a dated one is the first on record."""
    is_dated = first and plausible_date(first, first_seen_at=facts.first_seen_at)
    return "first" if is_dated else "first seen"


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


def _report(report: StoryReport, times: LocalTimes) -> ReportView:
    return ReportView(
        outlet=outlet_label(report.outlet),
        link=link(marked(outlet_label(report.outlet), ()), report.url),
        url=Address(safe_url(report.url)),
        title=shown(report.title),
        when=times.show(report.published_at or report.seen_at),
    )
