"""Describes the state of an entry's page."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from straitwatch.core.model import PageCause, PageOutcome
from straitwatch.why.answers import PageAnswer

_CAUSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        PageCause.NEAR_MISS: "a list nearly fired",
        PageCause.THIN: "title and summary were too short to decide",
        PageCause.ALWAYS: "full_text: always",
        PageCause.ALERTED: "watched for changes after an alert",
    }
)
_OUTCOMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        PageOutcome.WAITING: "waits to be fetched",
        PageOutcome.READ: "read",
        PageOutcome.UNCHANGED: "unchanged",
        PageOutcome.NO_TEXT: "has no article text, perhaps because it needs JavaScript",
        PageOutcome.NOT_HTML: "is not HTML",
        PageOutcome.ROBOTS: "not fetched: robots.txt disallows it",
        PageOutcome.MISSING: "does not exist",
        PageOutcome.EXPIRED: "not fetched: the hourly budget did not reach it",
        PageOutcome.SUPERSEDED: "no longer watched: newer pages of the story are",
        PageOutcome.NOT_CONFIGURED: "not fetched: the configuration has changed",
        PageOutcome.OTHER_PAGE: "showed another text instead of the article",
        PageOutcome.CRASHED: "not read: an error in Straitwatch, which the log shows",
        PageOutcome.UNREADABLE: "could not be read within the limits of a worker",
    }
)


def page_words(page: PageAnswer, show_time: Callable[[datetime], str]) -> str:
    """Return one line about a page: why it is fetched, the last result and the next request."""
    words = _OUTCOMES.get(page.outcome, f"not fetched: {page.outcome.replace('_', ' ')}")
    at = f" {show_time(page.fetched)}" if page.fetched else ""
    parts = [f"page {words}{at} ({_CAUSES[page.cause]})"]
    if page.matched:
        parts.append("the lists matched the text of the article")
    if page.detail:
        parts.append(page.detail)
    if page.due:
        parts.append(f"next request {show_time(page.due)}")
    return "; ".join(parts)
