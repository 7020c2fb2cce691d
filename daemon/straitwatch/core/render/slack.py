"""Renders Block Kit messages within Slack's limits."""

import re
from collections.abc import Mapping
from typing import Any, Final

from straitwatch.core.model import AlertFacts, DigestFacts, RollupFacts, SendJob
from straitwatch.core.offers import describe_offers, subjects_of
from straitwatch.core.render.digest_view import ITEM_BEGINS, ITEM_ENDS, ITEM_TEXT, fit_stories
from straitwatch.core.render.engine import fill
from straitwatch.core.render.view import Values, template_name, view

SECTION_LIMIT = 3_000  # characters of a section or context element
CONTEXT_LIMIT = 2_000
BLOCK_LIMIT = 50
MESSAGE_LIMIT = 12_000  # Slack refuses about 13,200 with msg_blocks_too_long
BODY_LIMIT = MESSAGE_LIMIT - CONTEXT_LIMIT
TEXT_LIMIT = 3_000  # of the notification and screen-reader text; Slack advises 4,000
EVENT_TYPE = "straitwatch_delivery"
ITEM_BLOCK: Final = "item-"  # begins the id of a block about one story among several
MAX_ITEM_BLOCKS = 35  # further items share their blocks
_ITEM = re.compile(
    f"{ITEM_BEGINS}([^{ITEM_TEXT}]+){ITEM_TEXT}([^{ITEM_BEGINS}{ITEM_ENDS}]+){ITEM_ENDS}"
)
_ITEM_MARKS = re.compile(f"{ITEM_BEGINS}[^{ITEM_TEXT}]*{ITEM_TEXT}|{ITEM_ENDS}")


def render_slack(
    job: SendJob,
    *,
    zone: str,
    templates: Mapping[str, str],
    is_bot: bool = False,
    has_buttons: bool = False,
) -> dict[str, Any]:
    """Render a message for chat.postMessage or a webhook: blocks, and text for notifications.

    Without buttons, it has links to the pages on which people can act.
    """
    key = f"slack/{template_name(job.kind)}"
    urls = {} if has_buttons else {name: links.story for name, links in job.links.items()}
    values: Values = view(job, zone, urls=urls)

    def render(name: str, values: Values) -> str:
        return fill(key, name, values, medium="slack", templates=templates)

    if isinstance(job.facts, DigestFacts | RollupFacts):
        values = fit_stories(values, lambda values: len(render("body", values)) <= BODY_LIMIT)
    fields = {name: render(name, values) for name in ("text", "body", "context")}
    context = [context_block(fields["context"])] if fields["context"] else []
    if urls and isinstance(job.facts, AlertFacts):
        (subject,) = subjects_of(job.facts).values()
        url = urls[subject.story_id]
        context.append(context_block(f"<{url}|{describe_offers(subject)}>"))
    message: dict[str, Any] = {
        "text": cut_lines(fields["text"], TEXT_LIMIT),
        "blocks": (_body if is_bot else sections)(fields["body"]) + context,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    return message | {"metadata": _metadata(job)} if is_bot else message


def _body(text: str) -> list[dict[str, Any]]:
    """Split text into sections; each item of a roll-up or digest has one of its own.

    The ids of blocks are unique, so the second item of a story has no block.
    """
    text, blocks = cut_and_count(text, BODY_LIMIT), list[dict[str, Any]]()
    position, known = 0, set[str]()
    for item in _ITEM.finditer(text):
        if item[1] not in known and len(known) < MAX_ITEM_BLOCKS:
            known.add(item[1])
            own = _section(hard_cut(item[2].strip(), SECTION_LIMIT))
            own["block_id"] = ITEM_BLOCK + item[1]
            blocks += [*sections(text[position : item.start()]), own]
            position = item.end()
    blocks += sections(text[position:])
    return blocks if len(blocks) < BLOCK_LIMIT else sections(text)


def sections(text: str) -> list[dict[str, Any]]:
    """Split text at line boundaries into sections; the lines that do not fit are counted."""
    chunks: list[str] = []
    for line in cut_and_count(_ITEM_MARKS.sub("", text), BODY_LIMIT).split("\n"):
        line = hard_cut(line, SECTION_LIMIT)  # noqa: PLW2901
        if chunks and len(chunks[-1]) + 1 + len(line) <= SECTION_LIMIT:
            chunks[-1] += f"\n{line}"
        else:
            chunks.append(line)
    return [_section(chunk.strip("\n")) for chunk in chunks[: BLOCK_LIMIT - 2] if chunk.strip()]


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


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
