"""Extracts the article of a page: the job of a worker, and the only user of trafilatura.

Precision comes first: words that only navigation, comments, related links, a cookie banner or a
footer contain must not match.
"""

import re
from collections.abc import Iterator

import trafilatura

from straitwatch.core.model import Article, Condition, PageRequest
from straitwatch.core.normalize import clean_text, clean_title
from straitwatch.core.parse import decode_document, describe_page
from straitwatch.core.policy import LONGEST_NOTICE

_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE
)
_BARRIERS = (Condition.CAPTCHA, Condition.BLOCKED, Condition.LOGIN)
_HEAD_BYTES = 4_000
_MAX_TEXT = 40_000  # characters; later versions are compared with all of them
_LOWER = "translate(concat(@class, ' ', @id), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', {})"
_NAMES = _LOWER.format("'abcdefghijklmnopqrstuvwxyz'")
_FEW = "count(.//p) < 4 and not(.//h1)"  # such a box may hold the article too
_SKIPPED = (  # parts that belong to other articles or to the site
    "//aside|//nav|//footer|//form|//noscript|//dialog",
    "//*[@aria-hidden='true' or @role='navigation' or @role='complementary' or @role='banner']",
    *(
        f"//*[{_FEW} and contains({_NAMES}, '{word}')]"
        for word in ("related", "readmore", "read-more", "more-stories", "recommend", "cookie")
    ),
)


def extract_article(request: PageRequest) -> Article:
    """Return the headline and the text of a page's article; both are empty if it has none."""
    declared = _CHARSET.search(request.body[:_HEAD_BYTES])
    html = decode_document(
        request.body,
        content_type=request.content_type,
        encoding=declared[1].decode("ascii") if declared else None,
    )
    found = trafilatura.bare_extraction(
        html,
        url=request.url,
        favor_precision=True,
        include_comments=False,
        include_tables=False,
        with_metadata=True,
        prune_xpath=list(_SKIPPED),
    )
    if found is None or isinstance(found, dict):
        return Article()
    title = _without_site(clean_title(found.title or ""), found.sitename or "")
    text = "\n".join(_paragraphs((found.text or "")[:_MAX_TEXT]))
    text = text.removeprefix(title).lstrip()
    return Article(title=title, text=text, barrier=_find_barrier(html, text))


def _find_barrier(html: str, text: str) -> str:
    """Describe a page that came instead of an article; "" for articles, whatever they say."""
    if len(text) >= LONGEST_NOTICE:
        return ""
    condition, words = describe_page(html)
    return words if condition in _BARRIERS else ""


def _paragraphs(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if cleaned := clean_text(line, limit=_MAX_TEXT, is_plain=True):
            yield cleaned


def _without_site(title: str, site: str) -> str:
    """Return a headline without the name of the site that many pages add."""
    return re.sub(rf"\s+[|–—·-]\s+{re.escape(site)}$", "", title) if site else title
