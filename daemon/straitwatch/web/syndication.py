"""Publishes the alerts as feeds: RSS 2.0 and JSON Feed 1.1."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from straitwatch import store as db
from straitwatch.web.alerts import AlertView, group_alerts
from straitwatch.web.desk import Visit, visit
from straitwatch.web.render import render, web_address

_ALERTS = 50
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = "Straitwatch alerts"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """An alert as an item of a feed."""

    id: str
    title: str
    url: str  # of the article; of the story if it has none
    story_url: str
    text: str
    at: datetime
    lists: tuple[str, ...]

    @property
    def rss_date(self) -> str:
        """The date as RFC 822 has it."""
        return format_datetime(self.at)


def rss(request: Request) -> Response:
    """Answer with the latest alerts as RSS."""
    here = visit(request)
    xml = render("alerts.xml", name=_NAME, home=here.home, items=_items(here))
    return Response(_NOT_XML.sub("", xml), media_type="application/rss+xml")


def json_feed(request: Request) -> Response:
    """Answer with the latest alerts as a JSON Feed."""
    here = visit(request)
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _NAME,
        "home_page_url": here.home,
        "feed_url": f"{here.home}alerts.json",
        "items": [_json_item(item) for item in _items(here)],
    }
    return JSONResponse(feed, media_type="application/feed+json")


def _json_item(item: _Item) -> Mapping[str, Any]:
    return {
        "id": item.id,
        "url": item.story_url,
        "external_url": item.url,
        "title": item.title,
        "content_text": item.text,
        "date_published": item.at.isoformat(timespec="seconds"),
        "tags": list(item.lists),
    }


def _items(here: Visit) -> list[_Item]:
    with here.reading() as tx:
        records = db.list_alerts(tx, limit=_ALERTS)
    return [_item(alert, here.home) for alert in group_alerts(records)]


def _item(alert: AlertView, home: str) -> _Item:
    facts = alert.facts
    lists = tuple(note.title for note in facts.matches)
    subject = f"{facts.severity.capitalize()} {', '.join(lists)}".strip()
    story_url = f"{home}stories/{facts.story_id}"
    return _Item(
        id=alert.first.delivery.alert_id,
        title=f"[{subject}] {facts.title}",
        url=web_address(facts.url) or story_url,
        story_url=story_url,
        text=" · ".join(filter(None, (facts.outlet.name, alert.reason, facts.quote.text))),
        at=alert.first.alerted_at,
        lists=lists,
    )
