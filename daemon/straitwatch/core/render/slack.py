"""Renders Block Kit messages within Slack's limits."""

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from straitwatch.core.model import AlertFacts, DigestFacts, SendJob
from straitwatch.core.offers import describe_offers
from straitwatch.core.render.digest_view import longest_section, shorten
from straitwatch.core.render.engine import fill
from straitwatch.core.render.view import Values, template_name, view

SECTION_LIMIT = 3_000  # characters of a section or context element
CONTEXT_LIMIT = 2_000
BLOCK_LIMIT = 50
MESSAGE_LIMIT = 12_000  # Slack refuses about 13,200 with msg_blocks_too_long
BODY_LIMIT = MESSAGE_LIMIT - CONTEXT_LIMIT
TEXT_LIMIT = 3_000  # of the notification and screen-reader text; Slack advises 4,000
EVENT_TYPE = "straitwatch_delivery"


def render_slack(
    job: SendJob, *, zone: str, templates: Mapping[str, str], is_bot: bool = False
) -> dict[str, Any]:
    """Render a message for chat.postMessage or a webhook: blocks, and text for notifications."""
    key = f"slack/{template_name(job.kind)}"
    values = view(job, zone)
    fields = {
        name: fill(key, name, values, medium="slack", templates=templates)
        for name in ("text", "body", "context")
    }
    if len(fields["body"]) > BODY_LIMIT and isinstance(job.facts, DigestFacts):
        fields["body"] = _short_digest(values, templates)
    context = [context_block(fields["context"])] if fields["context"] else []
    message: dict[str, Any] = {
        "text": cut_lines(fields["text"], TEXT_LIMIT),
        "blocks": sections(fields["body"]) + context,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    return message | {"metadata": _metadata(job)} if is_bot else message


def _short_digest(values: Values, templates: Mapping[str, str]) -> str:
    """Render a digest with as many stories in each section as fit."""

    def render(count: int) -> str:
        shortened = shorten(values, count)
        return fill("slack/digest", "body", shortened, medium="slack", templates=templates)

    counts = range(1, longest_section(values) + 1)
    fitting = bisect_right(counts, BODY_LIMIT, key=lambda count: len(render(count)))
    return render(max(1, fitting))


def add_link(message: Mapping[str, Any], job: SendJob) -> dict[str, Any]:
    """Return a message with a link to the page of its story, for receivers without buttons."""
    if not job.story_url or not isinstance(job.facts, AlertFacts):
        return dict(message)
    link = context_block(f"<{job.story_url}|{describe_offers(job.facts)}>")
    return {**message, "blocks": [*message["blocks"], link]}


def sections(text: str) -> list[dict[str, Any]]:
    """Split text at line boundaries into sections; the lines that do not fit are counted."""
    chunks: list[str] = []
    for line in cut_and_count(text, BODY_LIMIT).split("\n"):
        line = hard_cut(line, SECTION_LIMIT)  # noqa: PLW2901
        if chunks and len(chunks[-1]) + 1 + len(line) <= SECTION_LIMIT:
            chunks[-1] += f"\n{line}"
        else:
            chunks.append(line)
    return [
        {"type": "section", "text": {"type": "mrkdwn", "text": chunk, "verbatim": True}}
        for chunk in chunks[: BLOCK_LIMIT - 2]
        if chunk.strip()
    ]


def as_text(message: Mapping[str, Any], *, limit: int, command: str) -> str:
    """Return the text of a message's blocks, for a Slack that rejects the blocks themselves.

    Args:
        message: as `render_slack` returns it, perhaps with buttons.
        limit: of the text, in characters; the lines that do not fit are counted.
        command: that prints the whole message.

    """
    blocks = message.get("blocks", [])
    bodies = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    contexts = [block["elements"] for block in blocks if block["type"] == "context"]
    small_print = "\n".join(element["text"] for elements in contexts for element in elements)
    body = "\n".join(bodies) or message["text"]
    body = cut_and_count(body, limit - len(small_print) - 1, command=command)
    return f"{body}\n{small_print}".strip()


def context_block(text: str) -> dict[str, Any]:
    """Return a block of small print."""
    element = {"type": "mrkdwn", "text": cut_lines(text, CONTEXT_LIMIT), "verbatim": True}
    return {"type": "context", "elements": [element]}


def cut_lines(text: str, limit: int) -> str:
    """Cut text at a line boundary if possible, and never inside a link or an escape."""
    if len(text) <= limit:
        return text
    head, _, _ = text[:limit].rpartition("\n")
    return head or hard_cut(text, limit)


def hard_cut(line: str, limit: int) -> str:
    """Cut a single line that is too long."""
    if len(line) <= limit:
        return line
    head = line[: limit - 1]
    for opener, closer in (("<", ">"), ("&", ";")):
        start = head.rfind(opener)
        if start >= 0 and closer not in head[start:]:
            head = head[:start]
    return head.rstrip() + "…"


def cut_and_count(text: str, limit: int, *, command: str = "") -> str:
    """Cut text at a line boundary and count the rest; `command` prints the whole text."""
    if len(text) <= limit:
        return text
    ending = f": `{command}`" if command else ""
    head = cut_lines(text, limit - len(ending) - 40)
    rest = sum(bool(line.strip()) for line in text[len(head) :].split("\n"))
    return f"{head}\n…and {rest} more lines{ending}"


def _metadata(job: SendJob) -> dict[str, Any]:
    payload = {"delivery_id": job.delivery.id}
    if isinstance(job.facts, AlertFacts):
        payload["story_id"] = job.facts.story_id
    return {"event_type": EVENT_TYPE, "event_payload": payload}
