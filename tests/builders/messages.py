"""Build facts and jobs of messages, and drivers for the servers of `servers/`."""

import warnings
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import apprise.utils.pgp  # noqa: F401 - imports the deprecated imghdr, once

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
    Quote,
    Reason,
    Receiver,
    RollupFacts,
    SendJob,
    Severity,
    StoryReport,
)
from straitwatch.deliver import Driver, open_driver

AT = datetime(2026, 3, 1, 22, 40, tzinfo=UTC)
WEBHOOK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
BOT = "slack://xoxb-1234-1234-abcdefABCDEF/C0DESK"
HOOK_SECRET = "TIiajkdnlazkcOXrIdevi7FQ"
BOT_SECRET = "xoxb-1234-1234-abcdefABCDEF"


def make_report(name: str = "Harbour Gazette", **changes: Any) -> StoryReport:
    url = f"https://{name.lower().replace(' ', '')}.example/1"
    report = StoryReport(outlet=Outlet(name=name), title="A report", url=url, seen_at=AT)
    return replace(report, **changes)


def make_alert(**changes: Any) -> AlertFacts:
    facts = AlertFacts(
        story_id="s1",
        revision=1,
        kind=AlertKind.NEW,
        reason=Reason.NEW_STORY,
        severity=Severity.HIGH,
        title="Two frigates cross the Strait at dawn",
        url="https://wire.example/frigates?a=1&b=2",
        outlet=Outlet(name="Example Wire", stance="independent", tier=1),
        first_seen_at=AT,
        seen_at=AT,
        published_at=AT - timedelta(minutes=6),
        matches=(
            MatchNote(
                watchlist="strait",
                title="Ships through the Strait",
                severity=Severity.HIGH,
                score=14,
                terms=("frigates", "Strait"),
            ),
            MatchNote(
                watchlist="navy",
                title="Navies",
                severity=Severity.NORMAL,
                score=10,
                terms=("fleet",),
            ),
        ),
        quote=Quote(text="The two frigates left the fleet before dawn.", spans=((8, 16), (26, 31))),
        story_title="Two frigates cross the Strait at dawn",
    )
    return replace(facts, **changes)


def make_update(**changes: Any) -> AlertFacts:
    values: dict[str, Any] = {
        "kind": AlertKind.UPDATE,
        "reason": Reason.DEVELOPMENT,
        "title": "A third frigate follows",
    }
    return make_alert(**(values | changes))


def collected(number: int, **changes: Any) -> CollectedUpdate:
    update = CollectedUpdate(
        title=f"Part {number}",
        url=f"https://wire.example/{number}",
        outlet=Outlet(name="Island Post"),
        reason=Reason.DEVELOPMENT,
        severity=Severity.HIGH,
        seen_at=AT,
    )
    return replace(update, **changes)


def make_digest(**changes: Any) -> DigestFacts:
    coverage = CoverageFacts(
        since_at=AT - timedelta(days=1),
        until_at=AT,
        feeds=43,
        feeds_current=41,
        feeds_late=0,
        feeds_broken=("Harbour Gazette", "Island Post"),
        entries_read=1284,
    )
    return replace(DigestFacts(name="morning", items=(), coverage=coverage), **changes)


def make_item(number: int = 1, **changes: Any) -> DigestItem:
    item = DigestItem(
        story_id=f"s{number}",
        title=f"Story number {number}",
        url=f"https://wire.example/{number}",
        outlet=Outlet(name="Example Wire", stance="independent", tier=1),
        severity=Severity.NORMAL,
        watchlists=("Ships through the Strait",),
        first_seen_at=AT,
    )
    return replace(item, **changes)


def make_rollup(**changes: Any) -> RollupFacts:
    facts = RollupFacts(
        cause="quiet_hours",
        items=(make_item(1), make_item(2)),
        messages=3,
        stories=2,
        since_at=AT,
        until_at=AT + timedelta(hours=8),
    )
    return replace(facts, **changes)


def make_job(facts: Facts | None = None, *, recipient: str = "", **changes: Any) -> SendJob:
    facts = facts or make_alert()
    match facts:
        case AlertFacts():
            kind = facts.kind
        case DigestFacts():
            kind = AlertKind.DIGEST
        case RollupFacts():
            kind = AlertKind.ROLLUP
        case NoticeFacts():
            kind = AlertKind.SYSTEM
    delivery = Delivery(
        id="d1", alert_id="a1", receiver="desk", recipient=recipient, routes=("strait-desk",)
    )
    job = SendJob(delivery=delivery, kind=kind, facts=facts, created_at=AT)
    return replace(job, **changes)


def make_driver(url: str, **changes: Any) -> Driver:
    receiver = replace(Receiver(name="desk", url=url), **changes)
    return open_driver(receiver, timezone="Asia/Taipei", templates=None)


def frozen(driver: Driver, job: SendJob | None = None) -> SendJob:
    """The job with its bytes made, as the pipeline hands it to `send`."""
    job = job or make_job(recipient=driver.recipients[0])
    return replace(job, frozen=driver.render(job))
