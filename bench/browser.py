"""Draws pages with Debian's chromium, and the sheet that shows all pictures."""

import html
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import groupby
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, async_playwright

WIDTHS = (1100, 390)  # of a desktop and a phone
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_SHEET = """<!doctype html><meta charset="utf-8"><title>Pictures</title><style>
body{font:15px/1.4 system-ui,sans-serif;margin:1rem;background:#888;color:#fff}
section{margin:0 0 2rem}div{display:flex;gap:1rem;align-items:start;flex-wrap:wrap}
img{max-width:100%;box-shadow:0 1px 6px #0006}figure{margin:0;flex:none}figcaption{font-size:12px}
.w1100,.w800{width:34rem}.w390{width:15rem}</style>"""


@asynccontextmanager
async def opened_browser() -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("needs Chromium: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        await browser.close()


async def open_page(browser: Browser, width: int, *, height: int = 900) -> Page:
    return await browser.new_page(
        viewport={"width": width, "height": height},
        device_scale_factor=2 if width < 500 else 1.5,
    )


async def take(page: Page, target: Path, *, most: int = 2400) -> None:
    """Save TARGET-light.png and TARGET-dark.png of a whole page; of a very long one the beginning."""
    size = page.viewport_size or {"width": 0, "height": 0}
    height = await page.evaluate("document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": size["width"], "height": min(height, most)}
    for theme in THEMES:
        await page.emulate_media(color_scheme=theme)
        picture = target.with_name(f"{target.name}-{theme}.png")
        await page.screenshot(path=picture, full_page=True, clip=clip)


def write_sheet(into: Path) -> Path:
    """Write a page with all pictures; their names are NAME-WIDTH-THEME.png."""
    found = sorted(into.glob("*.png"), key=lambda path: path.stem.rsplit("-", 2)[0])
    parts = [_SHEET]
    for name, pictures in groupby(found, key=lambda path: path.stem.rsplit("-", 2)[0]):
        parts.append(f"<section><h2>{html.escape(name)}</h2><div>")
        for path in pictures:
            _, width, theme = path.stem.rsplit("-", 2)
            file = html.escape(path.name)
            parts.append(
                f'<figure class="w{width}"><a href="{file}"><img loading="lazy" src="{file}" '
                f'alt=""></a><figcaption>{width} {theme}</figcaption></figure>'
            )
        parts.append("</div></section>")
    sheet = into / "index.html"
    sheet.write_text("\n".join(parts), encoding="utf-8")
    return sheet
