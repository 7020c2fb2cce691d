"""Checks an operator's templates with an ordinary, a minimal and a hostile message."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from straitwatch.core.model import (
    AlertFacts,
    AlertKind,
    CollectedUpdate,
    CoverageFacts,
    Delivery,
    DigestFacts,
    DigestItem,
    Facts,
    MatchNote,
    NoticeFacts,
    Outlet,
    Position,
    Problem,
    Quote,
    Reason,
    RollupFacts,
    SendJob,
    Severity,
    SignalKind,
    StoryName,
    StoryReport,
)
from straitwatch.core.render.engine import FIELDS, NAMES, failures, fill, media_of
from straitwatch.core.render.view import view

_KINDS = {
    "alert": AlertKind.NEW,
    "update": AlertKind.UPDATE,
    "digest": AlertKind.DIGEST,
    "rollup": AlertKind.ROLLUP,
    "notice": AlertKind.SYSTEM,
}
_ORDINARY = "Talks on the Strait resume"
_HOSTILE = (
    "<!channel> <script>alert(1)</script> [x](javascript:alert(1)) {{ 7*7 }} @everyone\r\nBcc: a"
)
_LIVE = ("<!channel>", "<script", 'href="javascript:', "49 @")
_AT = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def check_templates(templates: Mapping[str, str]) -> tuple[Problem, ...]:
    """Find the problems of templates.

    Args:
        templates: the texts by name, such as `slack/alert`.

    """
    problems: list[Problem] = []
    for key, source in sorted(templates.items()):
        folder, _, name = key.partition("/")
        if folder not in FIELDS or name not in NAMES:
            known = ", ".join(f"{each}/*.j2" for each in FIELDS)
            problems.append(
                _problem(key, "no such template", f"you can write {known} for {', '.join(NAMES)}")
            )
            continue
        problems += _check_one(key, source, templates)
    return tuple(problems)


def _check_one(key: str, source: str, templates: Mapping[str, str]) -> list[Problem]:
    fields = FIELDS[key.partition("/")[0]]
    if not any(f"block {field}" in source for field in fields):
        hint = f"define one of {', '.join(fields)}, as in `{{% block {fields[0]} %}}`"
        return [_problem(key, "it fills no field", hint)]
    for job in _jobs(key.partition("/")[2]):
        values = view(job, "UTC")
        if wrong := failures(key, values, templates=templates):
            return [_problem(key, text, "the shipped template is used") for text in wrong]
        for field, medium in media_of(key):
            text = fill(key, field, values, medium=medium, templates=templates)
            if any(live in text for live in _LIVE):
                hint = "do not use `safe` on a feed's text; the shipped template is used"
                return [_problem(key, f"{field}: a headline could become markup", hint)]
    return []


def _problem(key: str, message: str, hint: str) -> Problem:
    position = Position(file=f"config/templates/{key}.j2", line=1, column=1)
    return Problem(position=position, message=message, hint=hint, is_warning=True)


def _jobs(name: str) -> list[SendJob]:
    kind = _KINDS[name]
    return [
        SendJob(
            delivery=Delivery(id="delivery", alert_id="alert", receiver="desk", routes=("all",)),
            kind=kind,
            facts=_facts(kind, text, is_bare=is_bare),
        )
        for text, is_bare in ((_ORDINARY, False), (_ORDINARY, True), (_HOSTILE, False))
    ]


def _facts(kind: AlertKind, text: str, *, is_bare: bool) -> Facts:
    outlet = Outlet(name=text, stance="" if is_bare else text)
    if kind is AlertKind.DIGEST:
        return _digest(text, outlet, is_bare=is_bare)
    if kind is AlertKind.ROLLUP:
        return _rollup(text, outlet, is_bare=is_bare)
    if kind in (AlertKind.SYSTEM, AlertKind.CANARY, AlertKind.TEST):
        return NoticeFacts(title=text, lines=() if is_bare else (text,))
    report = StoryReport(outlet=Outlet(name=f"{text} 2"), title=text, url=text, seen_at=_AT)
    return AlertFacts(
        story_id="1",
        revision=1,
        kind=kind,
        reason=Reason.DEVELOPMENT,
        severity=Severity.HIGH,
        title=text,
        url="" if is_bare else "https://news.example/1",
        outlet=outlet,
        first_seen_at=_AT,
        seen_at=_AT,
        matches=()
        if is_bare
        else (
            MatchNote(
                watchlist="strait", title=text, severity=Severity.HIGH, score=12, terms=(text,)
            ),
        ),
        quote=Quote(text="") if is_bare else Quote(text=f"So: {text}", spans=((4, 10),)),
        first_report=None if is_bare else report,
        also=() if is_bare else (report,),
        outlet_count=1 if is_bare else 2,
        related=None if is_bare else report,
        related_names=() if is_bare else (text,),
        story_title="" if is_bare else f"{text} 3",
        signal=None if is_bare else SignalKind.CORRECTION,
        part_of=None if is_bare else StoryName(story_id="2", title=text),
        split_from=None if is_bare else StoryName(story_id="3", title=text),
        also_in="" if is_bare else text,
        added=() if is_bare else (text,),
        updates=() if is_bare else (_collected(text, outlet),),
        headline=None if is_bare else report,
    )


def _collected(text: str, outlet: Outlet) -> CollectedUpdate:
    return CollectedUpdate(
        title=text,
        url="https://news.example/2",
        outlet=outlet,
        reason=Reason.PROBABLE,
        severity=Severity.HIGH,
        seen_at=_AT,
    )


def _item(text: str, outlet: Outlet, *, is_bare: bool) -> DigestItem:
    return DigestItem(
        story_id="1",
        title=text,
        url="" if is_bare else "https://news.example/1",
        outlet=outlet,
        severity=Severity.NORMAL,
        watchlists=() if is_bare else (text,),
        first_seen_at=_AT,
        original="" if is_bare else text,
        part_of="" if is_bare else text,
        more_outlets=0 if is_bare else 3,
    )


def _rollup(text: str, outlet: Outlet, *, is_bare: bool) -> RollupFacts:
    return RollupFacts(
        cause="limit" if is_bare else "quiet_hours",
        items=(_item(text, outlet, is_bare=is_bare),),
        messages=1 if is_bare else 3,
        stories=1 if is_bare else 2,
        since_at=_AT,
        until_at=_AT,
    )


def _digest(text: str, outlet: Outlet, *, is_bare: bool) -> DigestFacts:
    item = _item(text, outlet, is_bare=is_bare)
    coverage = CoverageFacts(
        since_at=_AT - timedelta(days=1),
        until_at=_AT,
        feeds=2,
        feeds_current=1,
        feeds_late=0,
        feeds_broken=() if is_bare else (text,),
        entries_read=10,
    )
    items = () if is_bare else (item,)
    return DigestFacts(name=text, items=items, coverage=coverage, running=items, commentary=items)
