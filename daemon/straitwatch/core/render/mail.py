"""Renders a mail: subject, plain text and HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from markupsafe import escape

from straitwatch.core.model import AlertFacts, SendJob
from straitwatch.core.render.engine import fill, media_of, shipped
from straitwatch.core.render.text import shown
from straitwatch.core.render.view import template_name, view

SUBJECT_LIMIT = 200
PREHEADER_LIMIT = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class MailParts:
    """The parts of a mail; `thread` is "" if the mail belongs to no story."""

    subject: str
    text: str
    html: str
    thread: str = ""


def render_mail(job: SendJob, *, zone: str, templates: Mapping[str, str]) -> MailParts:
    """Render a mail; the same job always renders the same text."""
    key = f"email/{template_name(job.kind)}"
    values = view(job, zone)
    fields = {
        name: fill(key, name, values, medium=medium, templates=templates)
        for name, medium in media_of(key)
    }
    subject = shown(fields["subject"], limit=SUBJECT_LIMIT)
    html = Template(shipped("email/layout.html")).substitute(
        title=escape(subject),
        preheader=escape(_preheader(job)),
        body=fields["html"],
        footer=fields["footer"],
    )
    thread = _thread(job.facts) if isinstance(job.facts, AlertFacts) else ""
    return MailParts(subject=subject, text=fields["text"] + "\n", html=html, thread=thread)


def _thread(facts: AlertFacts) -> str:
    """Return the thread of a mail: its story, or a new one for a more severe report."""
    is_apart = facts.part_of is not None and facts.part_of.story_id == facts.story_id
    return f"{facts.story_id}-{facts.revision}" if is_apart else facts.story_id


def _preheader(job: SendJob) -> str:
    """Return the text that a mail program shows beside the subject in its list."""
    if not isinstance(job.facts, AlertFacts):
        return ""
    words = f"{job.facts.outlet.name}. {job.facts.quote.text}"
    return shown(words, limit=PREHEADER_LIMIT)
