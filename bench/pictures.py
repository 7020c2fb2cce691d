"""Draws every kind of message as a picture, so that you can look at it.

    python bench/pictures.py --into /tmp/pictures

Chromium draws mail at desktop and phone width, light and dark. Slack's blocks are drawn in a page
that imitates the structure, sizes and colors of Slack, and supports the mrkdwn that Straitwatch
writes. It needs Debian's chromium on the PATH.
"""

import argparse
import html
import re
import subprocess
import tempfile
from base64 import b64encode
from pathlib import Path
from typing import Any

from straitwatch.core.render import EXAMPLES, MailParts, example_job, render_mail, render_slack

ZONE = "Asia/Taipei"
_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--hide-scrollbars", "--force-device-scale-factor=2",
]  # fmt: skip
_SLACK = """<!doctype html><meta charset="utf-8"><style>
:root{color-scheme:light dark} body{margin:0;padding:16px 20px;font:15px/1.46668 Lato,'Noto Sans','Noto Sans CJK TC','Noto Color Emoji',sans-serif;color:#1d1c1d;background:#fff}
.m{display:flex;gap:8px;max-width:700px}.p{width:36px;height:36px;border-radius:6px;background:#36506c;color:#fff;text-align:center;line-height:36px;font-weight:700;flex:none}
.n{font-weight:900}.app{font-size:10px;background:#e8e8e8;padding:1px 3px;border-radius:2px;color:#616061;margin:0 4px}.t{font-size:12px;color:#616061}
.s{white-space:pre-wrap;overflow-wrap:anywhere;margin:4px 0}.c{font-size:13px;color:#616061;white-space:pre-wrap;overflow-wrap:anywhere;margin:4px 0}
a{color:#1264a3;text-decoration:none}q{display:block;border-left:4px solid #ddd;padding-left:12px;quotes:none;margin:2px 0}code{font:12px Monaco,monospace;border:1px solid #ddd;background:#f8f8f8;color:#c01343;padding:2px 3px;border-radius:3px}
@media (prefers-color-scheme:dark){body{background:#1a1d21;color:#d1d2d3}a{color:#1d9bd1}.t,.c{color:#ababad}q{border-color:#565856}code{background:#222529;border-color:#565856;color:#e8912d}.app{background:#2c2d30;color:#ababad}}
</style><div class="m"><div class="p">S</div><div><span class="n">Straitwatch</span><span class="app">APP</span><span class="t">5:46 AM</span>%s</div></div>"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--into", type=Path, required=True)
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    for name in EXAMPLES:
        job = example_job(name)
        mail = mail_page(render_mail(job, zone=ZONE, templates={}))
        slack = slack_page(render_slack(job, zone=ZONE, templates={}))
        for page, kind in ((mail, "mail"), (slack, "slack")):
            for width in (800, 390):
                for theme in ("light", "dark"):
                    draw(page, options.into / f"{kind}-{name}-{width}-{theme}.png", width, theme)


def mail_page(mail: MailParts) -> str:
    """Return the HTML with its picture inside, as a mail program shows it."""
    picture = f"data:image/png;base64,{b64encode(mail.chart).decode()}"
    return mail.html.replace(f"cid:{mail.chart_id}", picture) if mail.chart else mail.html


def slack_page(message: dict[str, Any]) -> str:
    return _SLACK % "".join(map(_block, message["blocks"]))


def _block(block: dict[str, Any]) -> str:
    if block["type"] == "context":
        return (
            f'<div class="c">{" ".join(_mrkdwn(part["text"]) for part in block["elements"])}</div>'
        )
    return f'<div class="s">{_mrkdwn(block["text"]["text"])}</div>'


def _mrkdwn(text: str) -> str:
    """Convert mrkdwn to HTML; its text is already escaped, except for quotation marks."""
    links: list[str] = []

    def keep(found: re.Match[str]) -> str:
        url, _, label = found[1].partition("|")
        links.append(f'<a href="{html.escape(url)}">{label or url}</a>')
        return f"\0{len(links) - 1}\0"

    text = re.sub(r"<(https?:[^>]*)>", keep, text)
    text = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", text)
    text = re.sub(r"(?<!\w)\*([^*\n]+)\*(?!\w)", r"<b>\1</b>", text)
    text = re.sub(r"(?<!\w)_([^_\n]+)_(?!\w)", r"<i>\1</i>", text)
    text = re.sub(r"^(?:&gt;|>) ?(.*)\n?", r"<q>\1</q>", text, flags=re.MULTILINE)
    text = re.sub(r"\0(\d+)\0", lambda found: links[int(found[1])], text)
    return re.sub(r"(?<!\w)\*(<a .*?</a>)\*", r"<b>\1</b>", text)


def draw(page: str, target: Path, width: int, theme: str, *, height: int = 1100) -> None:
    """Draw a page; the picture has two pixels per unit of width and height."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "page.html")
        source.write_text(page, encoding="utf-8")
        flags = [*_FLAGS, f"--user-data-dir={folder}/profile"]
        if theme == "dark":
            flags.append("--blink-settings=preferredColorScheme=0")
        # Chromium's window is at least 500 wide, so the page of a phone is a frame in it.
        frame = Path(folder, "frame.html")
        frame.write_text(
            f'<body style="margin:0"><iframe src="page.html" style="border:0;width:{width}px;'
            f'height:{height}px"></iframe>',
            encoding="utf-8",
        )
        subprocess.run(
            [
                "chromium",
                *flags,
                f"--screenshot={target}",
                f"--window-size={max(width, 500)},{height}",
                str(frame),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )


if __name__ == "__main__":
    main()
