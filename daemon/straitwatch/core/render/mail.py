"""Renders a mail: subject, plain text and HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from markupsafe import escape

from straitwatch.core.model import (
    AlertFacts,
    DigestFacts,
    Facts,
    NoticeFacts,
    RollupFacts,
    SendJob,
    StoryLinks,
)
from straitwatch.core.offers import describe_offers, offers, subjects_of
from straitwatch.core.render.chart import has_shape, timeline_png
from straitwatch.core.render.engine import fill, media_of, shipped
from straitwatch.core.render.parts import RE_LIMIT
from straitwatch.core.render.text import shown
from straitwatch.core.render.view import Values, template_name, view

SUBJECT_LIMIT = 200
PREHEADER_LIMIT = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class MailParts:
    """The parts of a mail; `thread` is "" if the mail belongs to no story."""

    subject: str
    text: str
    html: str
    thread: str = ""
    chart: bytes = b""  # a PNG, which the HTML shows by its id
    chart_id: str = ""


def render_mail(job: SendJob, *, zone: str, templates: Mapping[str, str]) -> MailParts:
    """Render a mail; the same job always renders the same text."""
    key = f"email/{template_name(job.kind)}"
    chart = _chart(job)
    chart_id = f"timeline.{job.delivery.id}@straitwatch" if chart else ""
    urls = {name: links.act for name, links in job.links.items()}
    values = {**view(job, zone, urls=urls), "chart_id": chart_id}
    fields = {
        name: fill(key, name, values, medium=medium, templates=templates)
        for name, medium in media_of(key)
    }
    subject = shown(fields["subject"], limit=SUBJECT_LIMIT)
    html = Template(shipped("email/layout.html")).substitute(
        title=escape(subject),
        preheader=escape(_preheader(job.facts, values)),
        body=fields["html"] + _links_in_html(job),
        footer=fields["footer"],
    )
    thread = _thread(job.facts) if isinstance(job.facts, AlertFacts) else ""
    return MailParts(
        subject=subject,
        text=fields["text"] + _links_in_text(job) + "\n",
        html=html,
        thread=thread,
        chart=chart,
        chart_id=chart_id,
    )


def _links_in_html(job: SendJob) -> str:
    """Return the links with which the recipient acts on the story; "" without pages."""
    urls = _links_of_alert(job)
    if urls is None:
        return ""
    (subject,) = subjects_of(job.facts).values()
    words_by_kind = {
        offer.kind: offer.words if offer.watchlist else str(offer) for offer in offers(subject)
    }
    links = [(words, f"{urls.act}?do={kind}") for kind, words in words_by_kind.items()]
    links.append(("Open story", urls.story))
    joined = " &middot; ".join(
        f'<a href="{escape(url)}">{escape(shown(words, limit=RE_LIMIT))}</a>'
        for words, url in links
    )
    return f'<p class="meta">{joined}</p>'


def _links_in_text(job: SendJob) -> str:
    urls = _links_of_alert(job)
    if urls is None:
        return ""
    (subject,) = subjects_of(job.facts).values()
    return f"\n\n{describe_offers(subject)}: {urls.act}\nStory: {urls.story}"


def _links_of_alert(job: SendJob) -> StoryLinks | None:
    """Return the links of a message about one story; the lines of other messages have theirs."""
    return job.links.get(job.facts.story_id) if isinstance(job.facts, AlertFacts) else None


def _chart(job: SendJob) -> bytes:
    """Draw the timeline of a digest; b"" for other messages and for too few reports."""
    timeline = job.facts.timeline if isinstance(job.facts, DigestFacts) else None
    return timeline_png(timeline) if timeline and has_shape(timeline) else b""


def _thread(facts: AlertFacts) -> str:
    """Return the thread of a mail: its story, or a new one for a more severe report."""
    is_apart = facts.part_of is not None and facts.part_of.story_id == facts.story_id
    return f"{facts.story_id}-{facts.revision}" if is_apart else facts.story_id


def _preheader(facts: Facts, values: Values) -> str:
    """Return the text that a mail program shows beside the subject in its list."""
    return shown(_first_words(facts, values), limit=PREHEADER_LIMIT)


def _first_words(facts: Facts, values: Values) -> str:
    match facts:
        case AlertFacts():
            return f"{facts.outlet.name}. {facts.quote.text}"
        case DigestFacts():
            return "; ".join(str(item.title) for item in values["fresh"] or values["sent"])
        case RollupFacts():
            return "; ".join(str(item.title) for item in values["items"])
        case NoticeFacts():
            return " ".join(facts.lines)
