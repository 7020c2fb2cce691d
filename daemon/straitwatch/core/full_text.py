"""Decides whether the page of an entry is fetched, so that lists can match the article's text.

Pages are fetched only for new entries on which no list fires. An alert never waits for a page.
"""

import re
from dataclasses import replace

from straitwatch.core.match import Document, find_open_miss
from straitwatch.core.model import (
    Entry,
    Feed,
    FullText,
    Match,
    PageCause,
    PageTask,
    PageWish,
)
from straitwatch.core.policy import FULL_FEED_TEXT, THIN_TEXT
from straitwatch.core.rules import Rules

_WORD = re.compile(r"\w+")
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def wish_for_text(entry: Entry, feed: Feed, doc: Document, rules: Rules) -> PageWish | None:
    """Return a wish for the page of an unmatched entry if its text may change the result."""
    if entry.has_page_text:
        return None
    wanted = feed.full_text or rules.pages.full_text
    asked = {one.full_text for one in rules.matcher.watchlists}
    has_reader = bool(asked - {FullText.NEVER})
    has_own_text = len(entry.content) >= FULL_FEED_TEXT
    if wanted is FullText.NEVER or not has_reader or has_own_text or not entry.canonical_url:
        return None
    if missed := _find_near_miss(doc, rules):
        return _wish(PageCause.NEAR_MISS, missed)
    if is_thin(entry):
        return _wish(PageCause.THIN)
    if FullText.ALWAYS in (wanted, *asked):
        return _wish(PageCause.ALWAYS)
    return None


def is_thin(entry: Entry) -> bool:
    """Return True if an entry says hardly more than its headline, as those of aggregators do."""
    said = {word.casefold() for word in _WORD.findall(entry.title)}
    text = f"{entry.summary} {entry.content}"[: 20 * THIN_TEXT].replace(entry.title or " ", " ")
    under = " ".join(word for word in _WORD.findall(text) if word.casefold() not in said)
    return len(under) + len(_HAN.findall(under)) < THIN_TEXT


def match_entry(entry: Entry, doc: Document, rules: Rules) -> tuple[Match, ...]:
    """Return the matches of an entry; a list with `full_text: never` does not read pages."""
    matches = rules.matcher.match_document(doc)
    closed = _closed(rules)
    if not entry.has_page_text or not closed:
        return matches
    own = rules.matcher.match(replace(doc.source, content=""))
    return (
        *(match for match in matches if match.watchlist not in closed),
        *(match for match in own if match.watchlist in closed),
    )


def _find_near_miss(doc: Document, rules: Rules) -> str:
    """Return the words of the first near miss of a list that reads pages; "" if there is none."""
    closed = _closed(rules)
    for watchlist, near in rules.matcher.find_near_rules(doc).items():
        (explanation,) = rules.matcher.explain(doc.source, only=watchlist)
        missed = find_open_miss(explanation, near)
        if missed and watchlist not in closed:
            return f"{watchlist}: {missed}"
    return ""


def _closed(rules: Rules) -> frozenset[str]:
    """Return the lists that do not read pages."""
    return frozenset(one.id for one in rules.matcher.watchlists if one.full_text is FullText.NEVER)


def _wish(cause: PageCause, detail: str = "") -> PageWish:
    return PageWish(task=PageTask.TEXT, cause=cause, detail=detail)
