"""Renders plain text for terminals and for the services of Apprise."""

from collections.abc import Mapping
from dataclasses import dataclass

from straitwatch.core.model import SendJob
from straitwatch.core.render.engine import fill
from straitwatch.core.render.view import template_name, view


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainText:
    """The title line and the body of a message."""

    title: str
    body: str

    def __str__(self) -> str:
        return f"{self.title}\n{self.body}".strip()


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
