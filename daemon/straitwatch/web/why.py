"""Explains a stored entry, or any text, as the active lists see it now."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from straitwatch import store as db
from straitwatch.core.match import Explanation, find_near_miss
from straitwatch.core.model import MatchText
from straitwatch.core.normalize import canonical_url
from straitwatch.core.report import matchable
from straitwatch.store import Transaction
from straitwatch.web.desk import Visit, visit
from straitwatch.web.render import web_address
from straitwatch.web.story import ReportView, view_report

_FOUND = 5  # entries that are explained in full


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """A watch-list and its verdict on a text."""

    explanation: Explanation
    nearest: str  # the single reason why it does not fire; "" if there are more


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A stored entry with its decision then, and the verdict of the lists now."""

    report: ReportView | None  # None for a text that is in no feed
    lists: tuple[ListView, ...]


def why(request: Request) -> Response:
    """Answer why an entry was sent or not, or which lists fire on a text."""
    here = visit(request)
    text = here.parameter("q")
    with here.reading() as tx:
        answers = _answers(here, tx, text) if text else []
    return here.page("why.html", text=text, answers=answers)


def _answers(here: Visit, tx: Transaction, text: str) -> list[Answer]:
    canonical = canonical_url(text) if web_address(text) else ""
    found = db.find_entries(tx, text, canonical_url=canonical, limit=_FOUND)
    feeds = db.stored_feeds(tx) | {feed.id: feed for feed in here.config.feeds}
    if found:
        return [
            Answer(
                report=view_report(stored),
                lists=_verdicts(here, matchable(stored.entry, feeds[stored.feed_id])),
            )
            for stored in found
        ]
    return [Answer(report=None, lists=_verdicts(here, MatchText(title=text)))]


def _verdicts(here: Visit, text: MatchText) -> tuple[ListView, ...]:
    return tuple(
        ListView(explanation=verdict, nearest=missed.text if missed else "")
        for verdict in here.config.matcher.explain(text)
        for missed in [find_near_miss(verdict)]
    )
