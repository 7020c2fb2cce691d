"""Draws every message and every page as a picture, so that you can look at them.

    python bench/pictures.py --into /tmp/pictures [--only page-story]

Each is drawn at desktop and phone width, light and dark; index.html shows all of them. Slack's
blocks are drawn in a page that imitates the structure, sizes and colors of Slack, and supports the
mrkdwn that Straitwatch writes. It needs Debian's chromium on the PATH.
"""

import argparse
import asyncio
import html
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from browser import WIDTHS, open_page, opened_browser, take, write_sheet
from page_pictures import draw_pages
from playwright.async_api import Browser

from straitwatch.core.model import ActionKind, ActionVia, EditJob, Frozen, ManualAction, SendJob
from straitwatch.core.offers import subjects_of
from straitwatch.core.render import (
    EXAMPLES,
    MailParts,
    add_buttons,
    example_job,
    render_edit,
    render_mail,
    render_slack,
)
from straitwatch.telemetry import configure_logging

ZONE = "Asia/Taipei"
_SLACK = """<!doctype html><meta charset="utf-8"><style>
:root{color-scheme:light dark} body{margin:0;padding:16px 20px;font:15px/1.46668 Lato,'Noto Sans','Noto Sans CJK TC','Noto Color Emoji',sans-serif;color:#1d1c1d;background:#fff}
.m{display:flex;gap:8px;max-width:700px}.p{width:36px;height:36px;border-radius:6px;background:#36506c;color:#fff;text-align:center;line-height:36px;font-weight:700;flex:none}
.n{font-weight:900}.app{font-size:10px;background:#e8e8e8;padding:1px 3px;border-radius:2px;color:#616061;margin:0 4px}.t{font-size:12px;color:#616061}
.s{white-space:pre-wrap;overflow-wrap:anywhere;margin:4px 0}.c{font-size:13px;color:#616061;white-space:pre-wrap;overflow-wrap:anywhere;margin:4px 0}
a{color:#1264a3;text-decoration:none}q{display:block;border-left:4px solid #ddd;padding-left:12px;quotes:none;margin:2px 0}code{font:12px Monaco,monospace;border:1px solid #ddd;background:#f8f8f8;color:#c01343;padding:2px 3px;border-radius:3px}
.b{display:flex;gap:8px;margin:8px 0;flex-wrap:wrap}.b button{font:700 13px/1 Lato,'Noto Sans',sans-serif;padding:8px 12px;border:1px solid #bbb;border-radius:8px;background:#fff;color:#1d1c1d}.b ul{font-size:13px;color:#616061;margin:0;padding:4px 12px;border:1px dashed #bbb;border-radius:8px;list-style:none}
@media (prefers-color-scheme:dark){.b button{background:#1a1d21;color:#d1d2d3;border-color:#797c81}body{background:#1a1d21;color:#d1d2d3}a{color:#1d9bd1}.t,.c{color:#ababad}q{border-color:#565856}code{background:#222529;border-color:#565856;color:#e8912d}.app{background:#2c2d30;color:#ababad}}
</style><div class="m"><div class="p">S</div><div><span class="n">Straitwatch</span><span class="app">APP</span><span class="t">5:46 AM</span>%s</div></div>"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--into", type=Path, required=True)
    parser.add_argument("--only", default="", help="the beginning of the names to draw")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    configure_logging(level="error")
    asyncio.run(draw_all(options.into, options.only))
    print(write_sheet(options.into))


async def draw_all(into: Path, only: str) -> None:
    async with opened_browser() as browser:
        for name, page in message_pages():
            if name.startswith(only):
                for width in WIDTHS:
                    await draw(browser, page, into / f"{name}-{width}")
        if "page".startswith(only[:4]):
            await draw_pages(browser, into, only)


def message_pages() -> Iterator[tuple[str, str]]:
    """Yield the name and the HTML of each message."""
    for name in EXAMPLES:
        job = example_job(name)
        yield f"mail-{name}", mail_page(render_mail(job, zone=ZONE, templates={}))
        yield f"slack-{name}", slack_page(render_slack(job, zone=ZONE, templates={}))
        message = render_slack(job, zone=ZONE, templates={}, is_bot=True, has_buttons=True)
        bot = add_buttons(message, job.facts, job.delivery.id)
        if bot["blocks"] != message["blocks"]:
            yield f"slack-{name}-buttons", slack_page(bot)
            for undone, state in ((False, "muted"), (True, "undone")):
                edit = _edit(job, bot, undone=undone)
                yield (
                    f"slack-{name}-{state}",
                    slack_page(render_edit(edit, zone=ZONE, has_buttons=True)),
                )


def _edit(job: SendJob, message: dict[str, Any], *, undone: bool) -> EditJob:
    """Return the edit of a message after its first story was muted, and perhaps undone."""
    story_id = next(iter(subjects_of(job.facts)))
    action = ManualAction(
        id="example",
        kind=ActionKind.MUTE_STORY,
        made_at=job.created_at,
        until_at=job.created_at + timedelta(days=1),
        story_id=story_id,
        author="Ana",
        via=ActionVia.SLACK,
    )
    if undone:
        action = replace(action, undone_at=job.created_at, undone_by="Chen")
    return EditJob(
        delivery=job.delivery,
        facts=job.facts,
        frozen=Frozen(body=json.dumps(message).encode(), content_type="application/json"),
        ref={"channel": "C1", "ts": "1.0"},
        actions={story_id: [action]},
        edited_at=job.created_at,
    )


def mail_page(mail: MailParts) -> str:
    """Return the HTML with its picture inside, as a mail program shows it."""
    picture = f"data:image/png;base64,{b64encode(mail.chart).decode()}"
    return mail.html.replace(f"cid:{mail.chart_id}", picture) if mail.chart else mail.html


def slack_page(message: dict[str, Any]) -> str:
    return _SLACK % "".join(map(_block, message["blocks"]))


def _block(block: dict[str, Any]) -> str:
    if block["type"] == "actions":
        return f'<div class="b">{"".join(map(_element, block["elements"]))}</div>'
    if block["type"] == "context":
        return (
            f'<div class="c">{" ".join(_mrkdwn(part["text"]) for part in block["elements"])}</div>'
        )
    menu = f'<div class="b">{_element(block["accessory"])}</div>' if "accessory" in block else ""
    return f'<div class="s">{_mrkdwn(block["text"]["text"])}</div>{menu}'


def _element(element: dict[str, Any]) -> str:
    if element["type"] == "overflow":
        options = "".join(
            f"<li>{html.escape(option['text']['text'])}</li>" for option in element["options"]
        )
        return f"<button>\u2026</button><ul>{options}</ul>"
    return f"<button>{html.escape(element['text']['text'])}</button>"


def _mrkdwn(text: str) -> str:
    """Convert mrkdwn to HTML; its text is already escaped, except for quotation marks."""
    links: list[str] = []

    def keep(found: re.Match[str]) -> str:
        url, _, label = found[1].partition("|")
        links.append(f'<a href="{html.escape(url)}">{label or url}</a>')
        return f"\0{len(links) - 1}\0"

    text = re.sub(r"<!date\^[^|>]*\|([^>]*)>", r"\1", text)
    text = re.sub(r"<(https?:[^>]*)>", keep, text)
    text = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", text)
    text = re.sub(r"(?<!\w)\*([^*\n]+)\*(?!\w)", r"<b>\1</b>", text)
    text = re.sub(r"(?<!\w)~([^~\n]+)~(?!\w)", r"<s>\1</s>", text)
    text = re.sub(r"(?<!\w)_([^_\n]+)_(?!\w)", r"<i>\1</i>", text)
    text = re.sub(r"^(?:&gt;|>) ?(.*)\n?", r"<q>\1</q>", text, flags=re.MULTILINE)
    text = re.sub(r"\0(\d+)\0", lambda found: links[int(found[1])], text)
    return re.sub(r"(?<!\w)\*(<a .*?</a>)\*", r"<b>\1</b>", text)


async def draw(browser: Browser, page: str, target: Path, *, height: int = 0) -> None:
    """Draw a page in both themes.

    Args:
        browser: draws it.
        page: its HTML.
        target: the pictures without their themes: NAME-WIDTH.
        height: of the pictures; 0 for that of the page.
    """
    opened = await open_page(browser, int(target.name.split("-")[-1]), height=height or 300)
    await opened.set_content(page)
    await take(opened, target, most=height or 2400)
    await opened.close()


if __name__ == "__main__":
    main()
