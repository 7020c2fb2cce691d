"""Makes the values that the template of a message uses: one flat mapping for each kind."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from straitwatch.core.model import (
    AlertFacts,
    AlertKind,
    DigestFacts,
    NoticeFacts,
    RollupFacts,
    SendJob,
)
from straitwatch.core.render.alert_view import alert_values
from straitwatch.core.render.digest_view import digest_values, rollup_values
from straitwatch.core.render.parts import ICONS
from straitwatch.core.render.text import NAME_LIMIT, QUOTE_LIMIT, LocalTimes, link, shown

NOTICE_LINES = 100
NO_URLS: Mapping[str, str] = MappingProxyType({})


def template_name(kind: AlertKind) -> str:
    """Return the name of the template for a kind of message."""
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


def view(job: SendJob, zone: str, *, urls: Mapping[str, str] = NO_URLS) -> dict[str, Any]:
    """Return every value that the template of this job may use.

    Args:
        job: the message.
        zone: of its times.
        urls: of pages for actions, by story; the lines of a roll-up or digest link to them.

    """
    option = shown(job.config_option, limit=QUOTE_LIMIT)
    common: dict[str, Any] = {
        "receiver": shown(job.delivery.receiver, limit=NAME_LIMIT),
        "recipient": shown(job.delivery.recipient, limit=NAME_LIMIT),
        "routes": ", ".join(shown(name, limit=NAME_LIMIT) for name in job.delivery.routes),
        "delivery_id": shown(job.delivery.id, limit=NAME_LIMIT),
        "config_option": f" {option}" if option else "",
        "is_test": job.kind is AlertKind.TEST,
        "page": link("on the page", job.stories_url) if job.stories_url else None,
    }
    times = local_times(job, zone)
    match job.facts:
        case AlertFacts() as facts:
            return common | alert_values(facts, times)
        case DigestFacts() as facts:
            return common | digest_values(facts, times, urls)
        case RollupFacts() as facts:
            return common | rollup_values(facts, times, urls)
        case NoticeFacts() as facts:
            return common | _notice(facts)


def local_times(job: SendJob, zone: str) -> LocalTimes:
    """Return the zone and the day in which a message is rendered."""
    at, place = job.rendered_at or job.created_at, ZoneInfo(zone)
    return LocalTimes(zone=place, today=at.astimezone(place).date() if at else None)


def _notice(facts: NoticeFacts) -> dict[str, Any]:
    lines = [shown(line, limit=QUOTE_LIMIT) for line in facts.lines[:NOTICE_LINES]]
    return {
        "icon": ICONS[facts.severity],
        "severity": facts.severity.value,
        "title": shown(facts.title),
        "lines": tuple(line for line in lines if line),
        "more": max(0, len(facts.lines) - NOTICE_LINES),
    }


Values = Mapping[str, Any]
