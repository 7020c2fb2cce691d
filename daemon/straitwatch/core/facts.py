"""Collects the facts that a message states about a story, when the alert is decided."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from straitwatch.core.listing import (
    better_headline,
    first_reported,
    heading_of,
    headline_pair,
    is_named,
    is_readable,
    report_language,
)
from straitwatch.core.model import (
    Action,
    AlertFacts,
    AlertKind,
    Entry,
    Hit,
    Match,
    MatchNote,
    Quote,
    Reason,
    Report,
    SignalKind,
    Step,
    Story,
    StoryName,
    StoryReport,
)
from straitwatch.core.sentences import sentence_spans
from straitwatch.core.story import as_listed, choose_origin, union

_GRAVITY = (
    SignalKind.RETRACTION,
    SignalKind.CORRECTION,
    SignalKind.DENIAL,
    SignalKind.END,
    SignalKind.CONFIRMATION,
)
_EXERCISE = "exercise:"  # the prefix of acts that name an exercise
_UNREADABLE = re.compile(r"\de\+")  # 8.4e+09
QUOTE_LENGTH = 320  # characters: two or three lines in Slack and mail


def describe_alert(
    step: Step,
    report: Report,
    *,
    titles: Mapping[str, str],
    related: Story | None = None,
    languages: Sequence[str] = (),
) -> AlertFacts:
    """Collect the facts of a message: who reports what, why it is sent, and who else reports it.

    Args:
        step: the story with the report, and the decision.
        report: the report that is sent.
        titles: of the watch-lists, by id.
        related: the story in another language that the fold names, if it exists.
        languages: those that the desk reads, in order of preference.

    """
    origin = _foreign_origin(report, step.story)
    listed = as_listed(report, origin)
    named = related if related and related.reports else None
    reason = step.decision.reason
    return replace(
        _describe_report(step, report, titles),
        first_report=first_reported(
            (*step.story.reports, listed), first_seen_at=step.story.first_seen_at
        ),
        origin=origin,
        related=named.reports[0] if named else None,
        related_names=step.fold.related.names if step.fold.related else (),
        related_id=named.id if named else "",
        part_of=_part_of(step, languages),
        also_in=report_language(listed) if reason is Reason.OTHER_LANGUAGE else "",
        headline=_headline(step, listed, languages),
        is_readable=is_readable(listed, languages),
        signal=_gravest(step.fold.novelty.signals) if reason is Reason.CORRECTION else None,
        added=_added(step, report) if step.decision.action is Action.UPDATE else (),
    )


def _describe_report(step: Step, report: Report, titles: Mapping[str, str]) -> AlertFacts:
    """Return the facts that the report and its story contain."""
    story, entry, decision = step.story, report.entry, step.decision
    matches = sorted(step.unsilenced, key=lambda match: (-match.severity.rank, -match.score))
    hits = [hit for match in matches for hit in match.hits]
    return AlertFacts(
        story_id=story.id,
        revision=story.revision,
        kind=AlertKind.UPDATE if decision.action is Action.UPDATE else AlertKind.NEW,
        reason=decision.reason,
        severity=story.severity,
        title=heading_of(entry),
        url=entry.url,
        outlet=report.outlet,
        first_seen_at=story.first_seen_at,
        seen_at=report.seen_at,
        published_at=entry.published_at,
        matches=tuple(_note(match, titles) for match in matches),
        title_spans=_spans(hit for hit in hits if hit.field == "title"),
        quote=pick_quote(entry, hits),
        also=tuple(other for other in story.reports if other.outlet.name != report.outlet.name),
        outlet_count=len(story.outlets),
        origins=story.origins,
        is_state_only=story.is_state_only,
        entry_id=entry.id,
        is_from_page=entry.has_page_text
        and not any(hit.field in ("title", "summary") for hit in hits),
        change=report.change,
        is_late=decision.reason is Reason.LATE,
        story_title=story.title,
        is_probable=decision.reason is Reason.PROBABLE,
    )


def _gravest(signals: Iterable[SignalKind]) -> SignalKind | None:
    """Return the signal that the message begins with."""
    found = set(signals)
    return next((signal for signal in _GRAVITY if signal in found), None)


def _added(step: Step, report: Report) -> tuple[str, ...]:
    """Return the names and figures that an update adds, in a form that people can read.

    Outlets and sources are left out, and so are countries that a headline of the story names.
    """
    story, novelty = step.story, step.fold.novelty
    titles = [other.title for other in story.reports if other.url != report.entry.url]
    sides = (side for side in novelty.sides if not is_named(side, [story.title, *titles]))
    named = novelty.shown((*novelty.voices, *sides, *novelty.names))
    exercises = (act.removeprefix(_EXERCISE) for act in novelty.acts if act.startswith(_EXERCISE))
    sources = {*story.outlets, *story.origins, *report.attributions, report.outlet.name}
    readable = (
        name
        for name in (*named, *novelty.figures, *exercises)
        if name not in sources and not _UNREADABLE.search(name)
    )
    return tuple(dict.fromkeys(readable))


def _part_of(step: Step, languages: Sequence[str]) -> StoryName | None:
    """Return the story of a more severe report, which gets an alert of its own."""
    if step.decision.reason is not Reason.MORE_SEVERE:
        return None
    story = step.story
    title, _ = headline_pair(story.title, story.reports, languages)
    return StoryName(story_id=story.id, title=title)


def _headline(step: Step, sent: StoryReport, languages: Sequence[str]) -> StoryReport | None:
    """Return the report with the story's headline, if the desk reads it more easily.

    An update shows the headline of `sent` too, and a more severe report has its own alert.
    """
    if step.decision.reason is Reason.MORE_SEVERE:
        return None
    if step.decision.action is not Action.UPDATE:
        return better_headline(step.story.reports, languages, than=sent)
    others = [report for report in step.story.reports if report.url != sent.url]
    return better_headline(others, languages, than=others[0]) if others else None


def _foreign_origin(report: Report, story: Story) -> str:
    """Return the source whose reporting the report repeats; "" if it is the outlet's own."""
    origin = choose_origin(report.attributions, story.origins)
    return origin if origin != report.outlet.name else ""


def _note(match: Match, titles: Mapping[str, str]) -> MatchNote:
    return MatchNote(
        watchlist=match.watchlist,
        title=titles.get(match.watchlist, match.watchlist),
        severity=match.severity,
        score=match.score,
        terms=union((), (hit.text for hit in match.hits)),
    )


def pick_quote(entry: Entry, hits: Sequence[Hit]) -> Quote:
    """Return the sentence of summary or content with the most hits, or the first of several.

    Without a hit, the first sentence is quoted. An entry with only a title has an empty quote,
    because the message shows the title anyway.
    """
    best = Quote(text="")
    best_count = -1
    for name, text in (("summary", entry.summary), ("content", entry.content)):
        inside = [hit for hit in hits if hit.field == name]
        for start, end in sentence_spans(text):
            held = [hit for hit in inside if start <= hit.start and hit.end <= end]
            count = len({hit.text.casefold() for hit in held})
            if count > best_count:
                best, best_count = _cut_quote(text, start, end, held), count
    return best


def _cut_quote(text: str, start: int, end: int, hits: Sequence[Hit]) -> Quote:
    """Cut a long sentence to a passage around its first hit."""
    if end - start > QUOTE_LENGTH:
        first = min((hit.start for hit in hits), default=start)
        start = max(start, min(first - QUOTE_LENGTH // 4, end - QUOTE_LENGTH))
        end = min(end, start + QUOTE_LENGTH)
    shifted = _spans(hit for hit in hits if start <= hit.start and hit.end <= end)
    spans = tuple((left - start, right - start) for left, right in shifted)
    return Quote(text=text[start:end], spans=spans)


def _spans(hits: Iterable[Hit]) -> tuple[tuple[int, int], ...]:
    """Merge overlapping hits into separate spans."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted({(hit.start, hit.end) for hit in hits}):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
