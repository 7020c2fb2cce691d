"""Renders the templates of the page."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from straitwatch.core.listing import heading_of
from straitwatch.core.model import Action
from straitwatch.core.plural import counted
from straitwatch.core.reasons import REASONS

_WEB_SCHEMES = ("http://", "https://")
_DECISIONS = {
    Action.ALERT: "Sent as an alert",
    Action.UPDATE: "Sent as an update",
    Action.DIGEST: "For the digest",
    Action.NONE: "Not sent",
}
PAGES = (  # as the navigation shows them
    ("Stories", "/"),
    ("Messages", "/messages"),
    ("Feeds", "/feeds"),
    ("Lists", "/lists"),
    ("Why", "/why"),
    ("Silences", "/silences"),
    ("Status", "/status"),
)


def page(
    name: str, *, zone: ZoneInfo, now: datetime, status_code: int = 200, **values: Any
) -> HTMLResponse:
    """Render a template as a response.

    Args:
        name: the file of the template.
        zone: of the times that it shows.
        now: the current time; times of another year are shown with it.
        status_code: of the response.
        values: the values of the template.
    """
    local = partial(local_time, zone=zone, now=now)
    clock = partial(clock_time, zone=zone)
    html = render(name, local=local, clock=clock, now=now, zone=zone, **values)
    return HTMLResponse(html, status_code=status_code)


def render(template: str, **values: Any) -> str:
    """Render a template as text."""
    return _TEMPLATES.get_template(template).render(**values)


def load_templates() -> None:
    """Load every template: an upgrade replaces the files under a running daemon."""
    for name in _TEMPLATES.list_templates():
        _TEMPLATES.get_template(name)


def local_time(moment: datetime | None, *, zone: ZoneInfo, now: datetime) -> Markup:
    """Return a time of day; the day, and another year, are shown unless they are today's."""
    if moment is None:
        return Markup("never")
    words = plain_time(moment, zone=zone, now=now)
    exact = f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"), exact, words
    )


def clock_time(moment: datetime, *, zone: ZoneInfo) -> Markup:
    """Return the time of day only, below a heading with the day."""
    local = moment.astimezone(zone)
    exact = f"{local:%Y-%m-%d %H:%M:%S %Z}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"), exact, f"{local:%H:%M}"
    )


def plain_time(moment: datetime, *, zone: ZoneInfo, now: datetime) -> str:
    """Return `local_time` as plain text."""
    local, today = moment.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    return f"{local:%d %b %H:%M}" if local.year == today.year else f"{local:%d %b %Y %H:%M}"


def marked(text: str, spans: Iterable[tuple[int, int]]) -> Markup:
    """Return a text with `<mark>` around spans of code points, which may overlap."""
    parts, done = [], 0
    for start, end in _joined(spans, len(text)):
        parts += [escape(text[done:start]), Markup("<mark>{}</mark>").format(text[start:end])]
        done = end
    return Markup().join([*parts, escape(text[done:])])


def _joined(spans: Iterable[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """Join spans that touch or overlap; leave out those beyond the text."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if not 0 <= start < end <= length:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def decided(action: Action) -> str:
    """Return a decision in words, such as `Sent as an alert`."""
    return _DECISIONS[action]


def web_address(url: str) -> str:
    """Return an address that a link may lead to; "" for any other scheme."""
    return url if url.lower().startswith(_WEB_SCHEMES) else ""


def with_query(path: str, query: Mapping[str, object]) -> str:
    """Return an address with the parameters that have a value."""
    found = urlencode({name: value for name, value in query.items() if value})
    return f"{path}?{found}" if found else path


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("straitwatch.web"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "counted": counted,
        "decided": decided,
        "heading": heading_of,
        "link": web_address,
        "marked": marked,
        "reason": lambda reason: REASONS[reason].long,
    }
    environment.globals |= {"pages": PAGES, "with_query": with_query}
    return environment


_TEMPLATES = _environment()
