"""Makes an invented message of each kind, labelled as an example."""

from dataclasses import replace
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
    Limit,
    MatchNote,
    NoticeFacts,
    Outlet,
    Quote,
    Reason,
    RollupFacts,
    SendJob,
    Severity,
    SignalKind,
    StoryReport,
    Timeline,
)
from straitwatch.core.render.engine import NAMES

EXAMPLES = NAMES  # one for each template
_REPORTS_BY_HOUR = (0, 1, 3, 2, 0, 0, 1, 0, 0, 2, 5, 9, 14, 8, 4, 2, 2, 1, 0, 0, 1, 3, 6, 4)
_AT = datetime(2026, 11, 23, 21, 46, tzinfo=UTC)
_WIRE = Outlet(name="Example Wire", stance="independent", tier=1, country="TW", language="en")
_GAZETTE = Outlet(name="Demo Gazette", stance="independent", tier=2, language="en")
_PEOPLE = Outlet(name="Demo People's Paper", stance="state", tier=2, country="CN", language="zh")
_TITLE = "[Example] Coast guard ships cross the Taiwan Strait median line"
_QUOTE = (
    "Four coast guard ships crossed the median line of the Taiwan Strait before dawn, the "
    "ministry said, and left after an hour."
)
_OTHERS = (
    ("[Example] 海警船越過台灣海峽中線", _PEOPLE, Severity.HIGH),
    ("[Example] Arms package for Taipei clears committee", _GAZETTE, Severity.NORMAL),
    ("[Example] Корабли береговой охраны прошли Тайваньский пролив", _WIRE, Severity.NORMAL),
)


def example_job(name: str) -> SendJob:
    """Return an invented message of a kind; `name` is one of EXAMPLES."""
    made: dict[str, tuple[AlertKind, Facts]] = {
        "alert": (AlertKind.NEW, _alert()),
        "update": (AlertKind.UPDATE, _update()),
        "digest": (AlertKind.DIGEST, _digest()),
        "rollup": (AlertKind.ROLLUP, _rollup()),
        "notice": (AlertKind.SYSTEM, _notice()),
    }
    kind, facts = made[name]
    delivery = Delivery(id="example", alert_id="example", receiver="desk", routes=("taiwan-desk",))
    return SendJob(delivery=delivery, kind=kind, facts=facts, created_at=_AT)


def _alert() -> AlertFacts:
    first = StoryReport(
        outlet=_WIRE, title=_TITLE, url="https://wire.example/1", seen_at=_AT, published_at=_AT
    )
    return AlertFacts(
        story_id="ujlmq7xkpa",
        revision=1,
        kind=AlertKind.NEW,
        reason=Reason.NEW_STORY,
        severity=Severity.HIGH,
        title=_TITLE,
        url="https://wire.example/1",
        outlet=_WIRE,
        first_seen_at=_AT,
        seen_at=_AT,
        published_at=_AT - timedelta(minutes=6),
        matches=(
            _note("Taiwan policy", Severity.HIGH, "median line", "Taiwan Strait", "coast guard"),
            _note("Ships through the Strait", Severity.NORMAL, "Taiwan Strait"),
        ),
        title_spans=_spans(_TITLE, "Coast guard", "Taiwan Strait", "median line"),
        quote=Quote(
            text=_QUOTE, spans=_spans(_QUOTE, "coast guard", "median line", "Taiwan Strait")
        ),
        first_report=first,
        story_title=_TITLE,
    )


def _update() -> AlertFacts:
    alert = _alert()
    title = _OTHERS[0][0]
    report = StoryReport(
        outlet=_GAZETTE,
        title="[Example] Median line crossed",
        url="https://gazette.example/7",
        seen_at=_AT,
    )
    return AlertFacts(
        story_id="ujlmq7xkpa",
        revision=2,
        kind=AlertKind.UPDATE,
        reason=Reason.DEVELOPMENT,
        severity=Severity.HIGH,
        title=title,
        url="https://people.example/3",
        outlet=_PEOPLE,
        first_seen_at=_AT,
        seen_at=_AT + timedelta(hours=1),
        published_at=_AT + timedelta(minutes=50),
        matches=(_note("Taiwan policy", Severity.HIGH, "海警", "台灣海峽", "中線"),),
        title_spans=_spans(title, "海警", "台灣海峽", "中線"),
        quote=Quote(text="海警船隊清晨通過，約一小時後離開。", spans=((0, 2),)),
        first_report=alert.first_report,
        also=(report,),
        outlet_count=3,
        origin=_WIRE.name,
        origins=(_WIRE.name, _GAZETTE.name),
        story_title=_TITLE,
        entry_id="report",
        also_in="zh",
        added=("Penghu", "one hour"),
        updates=(_confirmation(),),
    )


def _confirmation() -> CollectedUpdate:
    return CollectedUpdate(
        title="[Example] Ministry confirms that four ships crossed the median line",
        url="https://gazette.example/8",
        outlet=_GAZETTE,
        reason=Reason.CORRECTION,
        severity=Severity.HIGH,
        seen_at=_AT + timedelta(minutes=55),
        signal=SignalKind.CONFIRMATION,
    )


def _note(title: str, severity: Severity, *terms: str) -> MatchNote:
    return MatchNote(watchlist=title, title=title, severity=severity, score=14, terms=terms)


def _spans(text: str, *words: str) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((text.index(word), text.index(word) + len(word)) for word in words))


def _items() -> tuple[DigestItem, ...]:
    return tuple(
        DigestItem(
            story_id=f"example-{at}",
            title=title,
            url=f"https://wire.example/{at}",
            outlet=outlet,
            severity=severity,
            watchlists=("Taiwan policy",),
            first_seen_at=_AT + timedelta(minutes=20 * at),
            outlet_count=1 + 2 * at,
            was_alerted=at == 1,
            sentence="" if at == 1 else _QUOTE,
            is_late=at == 2,  # noqa: PLR2004 - one of each
        )
        for at, (title, outlet, severity) in enumerate(_OTHERS)
    )


def _digest() -> DigestFacts:
    coverage = CoverageFacts(
        since_at=_AT - timedelta(days=1),
        until_at=_AT,
        feeds=87,
        feeds_current=84,
        feeds_late=1,
        feeds_broken=("Example Harbour News: frozen", "Example Island Post: timeout"),
        entries_read=1284,
        blind_feed="Example Island Post",
        blind_for=timedelta(hours=5, minutes=10),
        rollups=1,
        dead_letters=2,
    )
    return DigestFacts(
        name="morning (example)",
        items=_items(),
        timeline=Timeline(
            since_at=_AT - timedelta(days=1), step=timedelta(hours=1), counts=_REPORTS_BY_HOUR
        ),
        coverage=coverage,
        running=(replace(_items()[1], updates=2, more_outlets=3),),
        commentary=(
            replace(
                _items()[0],
                title="[Example] Opinion: What the median line is worth",
                outlet=_GAZETTE,
                part_of=_TITLE,
            ),
        ),
    )


def _rollup() -> RollupFacts:
    return RollupFacts(
        cause="limit",
        items=_items(),
        messages=41,
        stories=37,
        since_at=_AT,
        until_at=_AT + timedelta(minutes=10),
        severity=Severity.HIGH,
        limit=Limit(messages=12, per=timedelta(minutes=10)),
    )


def _notice() -> NoticeFacts:
    return NoticeFacts(
        title="[Example] The receiver desk-slack is broken",
        lines=(
            "desk-slack: 410 channel_is_archived; 3 waiting",
            "Its messages wait. Test it: `straitwatch receivers test desk-slack`.",
        ),
        severity=Severity.HIGH,
    )
