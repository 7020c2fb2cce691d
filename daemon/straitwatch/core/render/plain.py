"""Renders plain text for terminals and for the services of Apprise."""

from collections.abc import Mapping
from dataclasses import dataclass

from straitwatch.core.model import SendJob
from straitwatch.core.render.engine import fill
from straitwatch.core.render.text import cut
from straitwatch.core.render.view import template_name, view

_MORE = "…and {} more lines"
_JOINT = 2  # line break between a title and the body
_LAST_OF_ONE_UNIT = "\uffff"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """The title line and the body of a message."""

    title: str
    body: str

    def __str__(self) -> str:
        return f"{self.title}\n{self.body}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLimits:
    """The longest title and body that a service takes, in UTF-16 units; 0 lines: any number."""

    title: int  # 0: the service has no titles, and the title goes into the body
    body: int
    lines: int = 0
    is_title_in_body: bool = False  # the title counts as part of the body


def fit_text(text: PlainText, limits: TextLimits) -> PlainText:
    """Shorten a message to the limits of a service: the last lines are counted."""
    title = _cut_units(text.title, limits.title) if limits.title else text.title
    is_joined = not limits.title or limits.is_title_in_body
    room = limits.body - (_units(title) + _JOINT if is_joined else 0)
    return PlainText(title=title, body=_fit_lines(text.body, room, limits.lines))


def _fit_lines(body: str, room: int, most: int) -> str:
    lines = body.split("\n")
    if _units(body) <= room and (not most or len(lines) <= most):
        return body
    kept: list[str] = []
    left = room - len(_MORE.format(len(lines)))
    for line in lines[: most - 1] if most else lines:
        left -= _units(line) + 1
        if left < 0:
            break
        kept.append(line)
    if not kept:
        return _cut_units(lines[0], max(1, room))
    return "\n".join([*kept, _MORE.format(len(lines) - len(kept))])


def _cut_units(text: str, limit: int) -> str:
    """Shorten text to a number of UTF-16 units."""
    while _units(text) > limit:
        text = cut(text, min(len(text) - 1, limit))
    return text


def _units(text: str) -> int:
    """Count UTF-16 units, as Telegram does; services that count characters allow more."""
    return len(text) + sum(character > _LAST_OF_ONE_UNIT for character in text)


def render_text(
    job: SendJob, *, zone: str, templates: Mapping[str, str], is_generic: bool = False
) -> PlainText:
    """Render plain text; `is_generic` disables marks that a service may act on."""
    key = f"text/{template_name(job.kind)}"
    values = view(job, zone)
    medium = "generic" if is_generic else "plain"
    title, body = (
        fill(key, field, values, medium=medium, templates=templates) for field in ("title", "body")
    )
    return PlainText(title=title.replace("\n", " "), body=body)
