"""Shows a story: its reports in order, the news of each, and the messages about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from straitwatch import store as db
from straitwatch.core.facts import pick_quote
from straitwatch.core.fold_words import describe_fold
from straitwatch.core.listing import first_reported, heading_of, plausible_date
from straitwatch.core.model import Action, EntryKind, Hit, ManualAction, Quote, Story
from straitwatch.core.policy import MUTE_FOR
from straitwatch.core.reasons import REASONS
from straitwatch.store import DeliveryRecord, StoredEntry, Transaction
from straitwatch.web.acting import view_action
from straitwatch.web.alerts import group_alerts
from straitwatch.web.desk import Visit, visit
from straitwatch.web.stories import muted_stories, story_rows

_REPORTS = 200  # of a story that one page shows
_ALERTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """A report, the reason why it is in its story, its news, and the decision."""

    stored: StoredEntry
    heading: str
    title_spans: tuple[tuple[int, int], ...]
    quote: Quote
    because: str
    added: str
    kind: str  # "" for news
    is_sent: bool
    is_quiet: bool  # a retelling, whose text is under "Why"
    reason: str


def story(request: Request) -> Response:
    """Answer with a story; an id that was merged leads to the story that it is part of."""
    here = visit(request)
    wanted = request.path_params["story"]
    with here.reading() as tx:
        found = db.current_story(tx, wanted)
        if found is None:
            raise HTTPException(404, f"no story {wanted}")
        if found.id != wanted:
            return RedirectResponse(f"/stories/{found.id}")
        told = _Told(
            reports=_reports(tx, here, found.id),
            muted_until=muted_stories(tx, here.now).get(found.id),
            records=db.list_alerts(tx, story_id=found.id, limit=_ALERTS),
            actions=db.actions_of_story(tx, found.id),
        )
    return _page(here, found, told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """The reports of a story that a page shows; without a wish, the newest."""

    shown: Sequence[StoredEntry]
    start: int  # reports before the first shown one
    total: int
    related: str  # the id of a story that may be about the same event; "" if there is none

    @property
    def end(self) -> int:
        """The number of the last shown report."""
        return self.start + len(self.shown)

    @property
    def before(self) -> int:
        """The start of the page with earlier reports."""
        return max(0, self.start - _REPORTS)


def _reports(tx: Transaction, here: Visit, story_id: str) -> Reports:
    total = db.count_story_entries(tx, story_id)
    newest, wanted = max(0, total - _REPORTS), here.parameter("start")
    is_number = wanted.isdecimal() and len(wanted) < 10  # noqa: PLR2004 - no story has more
    start = min(int(wanted), newest) if is_number else newest
    shown = db.story_entries(tx, story_id, start=start, limit=_REPORTS)
    opening = db.story_entries(tx, story_id, limit=1) if start else []
    related = _related([*opening, *shown], story_id)
    return Reports(shown=shown, start=start, total=total, related=related)


def _related(entries: Sequence[StoredEntry], story_id: str) -> str:
    links = (stored.fold.related for stored in entries if stored.fold)
    ids = (link.story_id for link in links if link)
    return next((other for other in ids if other != story_id), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """The reports of a story, the messages about it, and the actions of people on it."""

    reports: Reports
    muted_until: datetime | None
    records: Sequence[DeliveryRecord]
    actions: Sequence[ManualAction]


def _page(here: Visit, found: Story, told: _Told) -> Response:
    (row,) = story_rows([found], here.config)
    first = first_reported(found.reports, first_seen_at=found.first_seen_at)
    is_dated = first is not None and plausible_date(first, first_seen_at=found.first_seen_at)
    return here.page(
        "story.html",
        row=row,
        story=found,
        first=first,
        first_words="First reported by" if is_dated else "First seen in",
        reports=[view_report(stored) for stored in told.reports.shown],
        place=told.reports,
        alerts=group_alerts(told.records),
        actions=[view_action(action, here) for action in told.actions],
        related=told.reports.related,
        muted_until=here.now + MUTE_FOR,
        current_mute=told.muted_until,
        key=here.new_key(),
    )


def view_report(stored: StoredEntry) -> ReportView:
    """Return a report with the words that the page shows about it."""
    entry, fold, decision = stored.entry, stored.fold, stored.decision
    hits = [hit for match in stored.matches for hit in match.hits]
    quote = pick_quote(entry, [hit for hit in hits if _is_in(hit, entry_text(stored, hit.field))])
    return ReportView(
        stored=stored,
        heading=heading_of(entry),
        title_spans=tuple(
            (hit.start, hit.end)
            for hit in hits
            if hit.field == "title" and _is_in(hit, entry.title)
        ),
        quote=quote,
        because=f"{fold.relation}, {describe_fold(fold, entry)}" if fold else "",
        added=str(fold.novelty) if fold else "",
        kind="" if stored.kind is EntryKind.NEWS else stored.kind.value,
        is_sent=decision.is_sent,
        is_quiet=decision.action is Action.NONE,
        reason=REASONS[decision.reason].long,
    )


def entry_text(stored: StoredEntry, field: str) -> str:
    """Return the text of a field that lists search; "" for the subject of a feed."""
    entry = stored.entry
    return {"title": entry.title, "summary": entry.summary, "content": entry.content}.get(field, "")


def _is_in(hit: Hit, text: str) -> bool:
    """Return False for a hit in a text that an edit has replaced."""
    return text[hit.start : hit.end] == hit.text
