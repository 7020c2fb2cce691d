"""Build the pages of articles, with the parts of a site around them."""

from datetime import timedelta
from typing import Any

from builders.feeds import NOON
from servers.feeds import Page
from straitwatch.core.model import PageCause, PageState, PageTask

LINES = (
    "The president spoke to reporters on Monday about the plans of the government for the year.",
    "Officials said that the talks would continue in the capital, and that more was to be decided.",
    "A spokeswoman for the ministry did not answer questions about the cost of the new plans.",
)


def make_article(
    *lines: str, title: str = "President answers questions", around: str = "", inside: str = ""
) -> str:
    """Make an HTML page.

    Args:
        lines: the paragraphs of the article.
        title: its headline.
        around: markup after the article.
        inside: markup between its paragraphs.
    """
    first, *rest = (f"<p>{line}</p>" for line in (lines or LINES))
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
    <title>{title} | Example Wire</title><meta property="og:title" content="{title}">
    <meta property="og:site_name" content="Example Wire"></head><body>
    <header><a href="/">Example Wire</a></header>
    <main><article><h1>{title}</h1>{first}{inside}{"".join(rest)}</article></main>
    {around}<footer><p>Copyright Example Wire</p></footer></body></html>"""


def make_page(html: str, **values: Any) -> Page:
    return Page(html, content_type="text/html; charset=utf-8", **values)


def make_page_state(**values: Any) -> PageState:
    filled: dict[str, Any] = {
        "key": b"key",
        "entry_id": "e1",
        "url": "https://news.example/e1",
        "host": "news.example",
        "task": PageTask.EDITS,
        "cause": PageCause.ALERTED,
        "asked_at": NOON,
        "due_at": NOON + timedelta(minutes=5),
    }
    return PageState(**(filled | values))
