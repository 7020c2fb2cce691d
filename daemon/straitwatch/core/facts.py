"""Stage: what a message may state about a story, frozen when the alert is decided."""

import re
from collections.abc import Iterable, Mapping, Sequence

from straitwatch.core.model import (
    Action,
    AlertFacts,
    AlertKind,
    DigestItem,
    Entry,
    Hit,
    Limit,
    Match,
    MatchNote,
    Quote,
    Reason,
    Report,
    RollupFacts,
    Step,
    Story,
)
from straitwatch.core.story import choose_origin, union

QUOTE_LENGTH = 320  # characters: two or three lines in Slack and mail
# A full stop ends no sentence in U.S., after an initial or a title, or before a small letter.
_TITLES = ("Mr", "Ms", "Mrs", "Dr", "St", "Gen", "Adm", "Col", "Lt", "Sen", "Rep", "Gov", "No")
_NO_TITLE = "".join(rf"(?<!\b{title}\.)" for title in _TITLES)
_SENTENCE_END = re.compile(
    rf"(?<=[.!?…])(?<!\.[A-Z]\.)(?<!\s[A-Z]\.){_NO_TITLE}\s+(?![a-z])|(?<=[。！？])|\n+"
)


def describe_alert(
    step: Step, report: Report, *, titles: Mapping[str, str], related: Story | None = None
) -> AlertFacts:
    """Freeze what a message may say: who, what, why, and who else.

    `related` is the story in another language that the fold names, if it exists.
    """
    story, entry, reason = step.story, report.entry, step.decision.reason
    matches = sorted(step.unsilenced, key=lambda match: (-match.severity.rank, -match.score))
    hits = [hit for match in matches for hit in match.hits]
    return AlertFacts(
        story_id=story.id,
        revision=story.revision,
        kind=AlertKind.UPDATE if step.decision.action is Action.UPDATE else AlertKind.NEW,
        reason=reason,
        severity=story.severity,
        title=entry.title,
        url=entry.url,
        outlet=report.outlet,
        first_seen_at=story.first_seen_at,
        seen_at=report.seen_at,
        published_at=entry.published_at,
        matches=tuple(_note(match, titles) for match in matches),
        title_spans=_spans(hit for hit in hits if hit.field == "title"),
        quote=pick_quote(entry, hits),
        first_report=story.reports[0] if story.reports else None,
        also=tuple(one for one in story.reports if one.outlet.name != report.outlet.name),
        outlet_count=len(story.outlets),
        origin=_foreign_origin(report, story),
        origins=story.origins,
        is_state_only=story.is_state_only,
        related=related.reports[0] if related and related.reports else None,
        related_names=step.fold.related.names if step.fold.related else (),
        related_id=related.id if related and related.reports else "",
        entry_id=entry.id,
        is_late=reason is Reason.LATE,
        story_title=story.title,
    )


def _foreign_origin(report: Report, story: Story) -> str:
    """Return whose reporting a report is; "" when it is the outlet's own."""
    origin = choose_origin(report.attributions, story.origins)
    return origin if origin != report.outlet.name else ""


def roll_up(
    alerts: Sequence[AlertFacts], *, cause: str, messages: int, stories: int, limit: Limit | None
) -> RollupFacts:
    """Say in one message what many would have said.

    Args:
        alerts: the latest of each story that is to be listed.
        cause: why they did not go out one by one.
        messages: how many there are, those that are not listed too.
        stories: how many stories they are about.
        limit: the limit of the receiver, where that is the cause.

    """
    ordered = sorted(alerts, key=lambda facts: (-facts.severity.rank, facts.first_seen_at))
    return RollupFacts(
        cause=cause,
        items=tuple(_rollup_item(facts) for facts in ordered),
        messages=messages,
        stories=stories,
        since_at=min(facts.seen_at for facts in alerts),
        until_at=max(facts.seen_at for facts in alerts),
        severity=ordered[0].severity,
        limit=limit,
    )


def _rollup_item(facts: AlertFacts) -> DigestItem:
    return DigestItem(
        story_id=facts.story_id,
        title=facts.title,
        url=facts.url,
        outlet=facts.outlet,
        severity=facts.severity,
        watchlists=tuple(note.title for note in facts.matches),
        first_seen_at=facts.first_seen_at,
        outlet_count=facts.outlet_count,
        was_alerted=facts.kind is AlertKind.UPDATE,
        is_late=facts.is_late,
    )


def _note(match: Match, titles: Mapping[str, str]) -> MatchNote:
    return MatchNote(
        watchlist=match.watchlist,
        title=titles.get(match.watchlist, match.watchlist),
        severity=match.severity,
        score=match.score,
        terms=union((), (hit.text for hit in match.hits)),
    )


def pick_quote(entry: Entry, hits: Sequence[Hit]) -> Quote:
    """Choose the sentence of summary or content that holds most of what matched.

    The first of equals wins; the title is quoted only by its headline, so an entry without any
    other text has an empty quote, and one whose text holds no hit is quoted by its beginning.
    """
    best = Quote(text="")
    best_count = -1
    for name, text in (("summary", entry.summary), ("content", entry.content)):
        inside = [hit for hit in hits if hit.field == name]
        for start, end in _sentences(text):
            held = [hit for hit in inside if start <= hit.start and hit.end <= end]
            count = len({hit.text.casefold() for hit in held})
            if count > best_count:
                best, best_count = _cut_quote(text, start, end, held), count
    return best


def _sentences(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    start = 0
    for mark in _SENTENCE_END.finditer(text):
        if text[start : mark.start()].strip():
            spans.append((start, mark.start()))
        start = mark.end()
    if text[start:].strip():
        spans.append((start, len(text)))
    return spans


def _cut_quote(text: str, start: int, end: int, hits: Sequence[Hit]) -> Quote:
    """Cut a long sentence to a window around its first hit."""
    if end - start > QUOTE_LENGTH:
        first = min((hit.start for hit in hits), default=start)
        start = max(start, min(first - QUOTE_LENGTH // 4, end - QUOTE_LENGTH))
        end = min(end, start + QUOTE_LENGTH)
    shifted = _spans(hit for hit in hits if start <= hit.start and hit.end <= end)
    spans = tuple((left - start, right - start) for left, right in shifted)
    return Quote(text=text[start:end], spans=spans)


def _spans(hits: Iterable[Hit]) -> tuple[tuple[int, int], ...]:
    """Merge overlapping hits into spans that can be highlighted one after the other."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted({(hit.start, hit.end) for hit in hits}):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
