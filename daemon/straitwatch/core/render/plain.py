"""Renders plain text for terminals and for the services of Apprise."""

from collections.abc import Mapping
from dataclasses import dataclass

from straitwatch.core.model import DigestFacts, RollupFacts, SendJob
from straitwatch.core.render.digest_view import fit_stories
from straitwatch.core.render.engine import fill
from straitwatch.core.render.text import cut
from straitwatch.core.render.view import Values, template_name, view

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


def fit_text(text: PlainText, limits: TextLimits, *, command: str = "") -> PlainText:
    """Shorten a message to the limits of a service: the last lines are counted.

    Args:
        text: the message.
        limits: of the service.
        command: that prints the whole message, for the line with their number.

    """
    more = f"{_MORE}: {command}" if command else _MORE
    title = _cut_units(text.title, limits.title) if limits.title else text.title
    is_joined = not limits.title or limits.is_title_in_body
    room = limits.body - (_units(title) + _JOINT if is_joined else 0)
    return PlainText(title=title, body=_fit_lines(text.body, room, limits.lines, more=more))


def _fit_lines(body: str, room: int, most: int, *, more: str) -> str:
    lines = body.split("\n")
    if _units(body) <= room and (not most or len(lines) <= most):
        return body
    kept: list[str] = []
    left = room - len(more.format(len(lines)))
    for line in lines[: most - 1] if most else lines:
        left -= _units(line) + 1
        if left < 0:
            break
        kept.append(line)
    if not kept:
        return _cut_units(lines[0], max(1, room))
    return "\n".join([*kept, more.format(len(lines) - len(kept))])


def _cut_units(text: str, limit: int) -> str:
    """Shorten text to a number of UTF-16 units."""
    while _units(text) > limit:
        text = cut(text, min(len(text) - 1, limit))
    return text


def _units(text: str) -> int:
    """Count UTF-16 units, as Telegram does; services that count characters allow more."""
    return len(text) + sum(character > _LAST_OF_ONE_UNIT for character in text)


def render_text(
    job: SendJob, *, zone: str, templates: Mapping[str, str], limits: TextLimits | None = None
) -> PlainText:
    """Render plain text; for a service with limits, without the marks that it may act on."""
    key = f"text/{template_name(job.kind)}"
    values: Values = view(job, zone)
    medium = "generic" if limits else "plain"

    def render(values: Values) -> PlainText:
        title, body = (
            fill(key, field, values, medium=medium, templates=templates)
            for field in ("title", "body")
        )
        return PlainText(title=title.replace("\n", " "), body=body)

    if limits is None:
        return render(values)
    if isinstance(job.facts, DigestFacts | RollupFacts):
        values = fit_stories(values, lambda values: _fits(render(values), limits))
    return fit_text(render(values), limits)


def _fits(text: PlainText, limits: TextLimits) -> bool:
    return fit_text(text, limits).body == text.body
