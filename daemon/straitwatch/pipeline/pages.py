"""Looks at one page: for the text of an article, or for changes in one that was alerted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from straitwatch import store as db
from straitwatch.core.cluster import StoryWindow
from straitwatch.core.model import (
    Article,
    Entry,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    FetchFailure,
    FullText,
    NotModified,
    PageChange,
    PageOutcome,
    PagePolicy,
    PageRequest,
    PageState,
    PageTask,
    PlannedEntry,
    Poll,
    Report,
    ReportStatus,
)
from straitwatch.core.normalize.text import cut
from straitwatch.core.page_diff import (
    find_change,
    is_notice_of_removal,
    is_other_article,
    read_version,
)
from straitwatch.core.page_outcome import HOME_INSTEAD, PageLook, is_confirmed, leads_home
from straitwatch.core.plan import PollContext, plan_poll
from straitwatch.core.policy import FULL_TEXT_LENGTH, SHORTEST_ARTICLE
from straitwatch.core.report import (
    Arrival,
    add_vectors,
    build_reports,
    make_report,
    meaning_of,
)
from straitwatch.core.rules import Rules
from straitwatch.fetch import is_html
from straitwatch.pipeline.commit import FENCED, read_context
from straitwatch.pipeline.tools import Tools
from straitwatch.pipeline.window import FoldWindowCache
from straitwatch.store import StoredEntry, Transaction

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReport:
    """The result of one look at a page."""

    outcome: str
    alerts: int = 0
    stories_new: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """A page with the entry and the feed that it belongs to."""

    look: PageLook
    stored: StoredEntry
    feed: Feed

    @property
    def arrival(self) -> Arrival:
        return Arrival(feed=self.feed, state=FeedState(feed_id=self.feed.id), seen_at=self.look.now)


async def look_at_page(
    state: PageState, feeds: Mapping[str, Feed], *, tools: Tools, rules: Rules
) -> PageReport:
    """Fetch one page and commit the changes."""
    stored = await tools.store.run(db.stored_entry, state.entry_id)
    look = PageLook(state=state, policy=rules.pages, now=tools.clock())
    feed = feeds.get(stored.feed_id) if stored else None
    if stored is None or feed is None or not _is_wanted(state, feed, rules.pages):
        return await _complete(look.useless(PageOutcome.NOT_CONFIGURED), tools)
    result = await tools.pages.fetch(state.url, state.validators, now=look.now)
    if isinstance(result, Fetched) and leads_home(state.url, result.url):
        result = HOME_INSTEAD
    subject = _Subject(look=look, stored=stored, feed=feed)
    match result:
        case None:
            return await _complete(look.useless(PageOutcome.ROBOTS), tools)
        case NotModified():
            return await _complete(look.unchanged(result), tools)
        case FetchFailed():
            if state.task is PageTask.EDITS and is_confirmed(state, result):
                return await _report_removal(subject, result.detail, tools=tools, rules=rules)
            return await _complete(look.failed(result), tools)
        case Fetched() if not is_html(result):
            return await _complete(look.useless(PageOutcome.NOT_HTML), tools)
        case Fetched():
            return await _read_page(subject, result, tools=tools, rules=rules)


def _is_wanted(state: PageState, feed: Feed, policy: PagePolicy) -> bool:
    """Return False if the configuration has changed since the page was asked for."""
    if state.task is PageTask.EDITS:
        return policy.watch_edits > timedelta(0)
    return (feed.full_text or policy.full_text) is not FullText.NEVER


async def _read_page(
    subject: _Subject, fetched: Fetched, *, tools: Tools, rules: Rules
) -> PageReport:
    look, state = subject.look, subject.look.state
    request = PageRequest(body=fetched.body, url=fetched.url, content_type=fetched.content_type)
    article = await tools.page_pool.extract(request)
    if not isinstance(article, Article):
        return await _complete(look.useless(PageOutcome.UNREADABLE, article.detail), tools)
    if article.barrier:
        refusal = FetchFailed(kind=FetchFailure.BLOCKED, detail=article.barrier)
        return await _complete(look.failed(refusal), tools)
    if state.task is PageTask.EDITS and state.version and is_notice_of_removal(article):
        return await _report_removal(subject, article.text, tools=tools, rules=rules)
    if len(article.text) < SHORTEST_ARTICLE:
        return await _complete(look.useless(PageOutcome.NO_TEXT), tools)
    if state.version and is_other_article(state.version, article):
        return await _complete(look.useless(PageOutcome.OTHER_PAGE, article.title), tools)
    words = [hit.text for match in subject.stored.matches for hit in match.hits]
    after = look.read(fetched, read_version(article, words, before=state.version))
    if state.task is PageTask.TEXT:
        return await _match_again(subject, article, after, tools=tools, rules=rules)
    if state.version is None:
        return await _complete(after, tools)
    title = subject.stored.entry.title
    change = find_change(state.version, article, feed_title=title)
    if change is None:
        return await _complete(after, tools)
    return await _report_change(subject, change, after, tools=tools, rules=rules)


# ---------------------------------------------------------------- the text of an article


async def _match_again(
    subject: _Subject, article: Article, after: PageState, *, tools: Tools, rules: Rules
) -> PageReport:
    """Match an entry again, with the text of its page."""
    if subject.stored.fold is not None:  # an edit in the feed has matched in the meantime
        return await _complete(after, tools)
    content = cut(article.text, limit=FULL_TEXT_LENGTH)
    entry = replace(subject.stored.entry, content=content, has_page_text=True)
    items = list(build_reports([entry], subject.arrival, rules))
    for item in items:
        if isinstance(item, Report):
            words = [hit.text for match in item.matches for hit in match.hits]
            after = replace(after, version=read_version(article, words))
    return await _commit(subject, items, after, tools=tools, rules=rules)


# ---------------------------------------------------------------- changes


async def _report_change(
    subject: _Subject, change: PageChange, after: PageState, *, tools: Tools, rules: Rules
) -> PageReport:
    """Report a changed article; a changed headline becomes that of its entry."""
    entry = subject.stored.entry
    if change.headline:
        entry = replace(entry, title=change.headline.now)
    log.info("article changed", passages=len(change.wordings), is_corrected=bool(change.note))
    report = _changed_report(subject, entry, change, rules)
    return await _commit(subject, [report], after, tools=tools, rules=rules)


async def _report_removal(
    subject: _Subject, detail: str, *, tools: Tools, rules: Rules
) -> PageReport:
    change = PageChange(is_removed=True, note=detail)
    log.info("article removed", detail=detail)
    report = _changed_report(subject, subject.stored.entry, change, rules)
    after = subject.look.removed(detail)
    return await _commit(subject, [report], after, tools=tools, rules=rules)


def _changed_report(subject: _Subject, entry: Entry, change: PageChange, rules: Rules) -> Report:
    """Return the report of a changed article, which keeps its matches if no list fires now."""
    (built,) = build_reports([entry], subject.arrival, rules)
    if not isinstance(built, Report):
        matches = tuple(replace(match, hits=()) for match in subject.stored.matches)
        built = make_report(entry, matches, subject.arrival, rules.policy, rules.beat)
    return replace(built, status=ReportStatus.EDITED, is_edited=True, change=change)


# ---------------------------------------------------------------- the transaction


async def _commit(
    subject: _Subject,
    items: Sequence[Report | PlannedEntry],
    after: PageState,
    *,
    tools: Tools,
    rules: Rules,
) -> PageReport:
    reports = [item for item in items if isinstance(item, Report)]
    vectors = await tools.encoder.encode([meaning_of(report) for report in reports])
    poll = Poll(
        feed=subject.feed,
        state=FeedState(feed_id=subject.feed.id, last_polled_at=subject.look.now),
        reports=tuple(add_vectors(reports, vectors)),
        unmatched=tuple(item for item in items if isinstance(item, PlannedEntry)),
    )
    report = await tools.store.run(commit_page, poll, after, rules=rules, folding=tools.folding)
    tools.metrics.pages.labels(outcome=report.outcome).inc()
    return report


def commit_page(
    tx: Transaction, poll: Poll, after: PageState, *, rules: Rules, folding: FoldWindowCache
) -> PageReport:
    """Fold, decide and write the entry of a page, with the page's new state.

    If its feed has edited the entry since the look began, the page is looked at again as soon as
    its lease ends: this look knows the older text only.
    """
    if _is_edited(tx, poll):
        return PageReport(outcome=FENCED)
    if poll.reports:
        context = read_context(tx, poll.reports, folding, rules.beat)
    else:
        context = PollContext(window=StoryWindow(rules.beat.lexicon))
    if not db.complete_page(tx, after):
        return PageReport(outcome=FENCED)
    if after.task is PageTask.TEXT and _has_story(tx, after.entry_id):
        return PageReport(outcome=str(after.outcome))
    plan = plan_poll(poll, context, rules)
    stored = tuple(replace(planned, is_new=False) for planned in plan.entries)
    db.write_plan(tx, replace(plan, entries=stored))
    if poll.reports:
        folding.mark_written(tx)
    return PageReport(
        outcome=str(after.outcome),
        alerts=plan.report.alerts,
        stories_new=plan.report.stories_new,
    )


def _is_edited(tx: Transaction, poll: Poll) -> bool:
    entries = [report.entry for report in poll.reports]
    entries += [planned.entry for planned in poll.unmatched]
    known = db.known_entries(tx, [entry.id for entry in entries])
    return any(
        entry.id in known and known[entry.id].text_hash != entry.text_hash for entry in entries
    )


def _has_story(tx: Transaction, entry_id: str) -> bool:
    """Return True if an entry has matched since its page was asked for."""
    known = db.known_entries(tx, [entry_id]).get(entry_id)
    return known is not None and bool(known.story_id)


async def give_up_look(state: PageState, *, tools: Tools, rules: Rules) -> None:
    """Record a look that raised an exception, so that the page is tried a few times at most."""
    look = PageLook(state=state, policy=rules.pages, now=tools.clock())
    await _complete(look.crashed(), tools)


async def _complete(after: PageState, tools: Tools) -> PageReport:
    """Record a look that changes no entry."""
    is_ours = await tools.store.run(db.complete_page, after)
    outcome = str(after.outcome) if is_ours else FENCED
    tools.metrics.pages.labels(outcome=outcome).inc()
    return PageReport(outcome=outcome)
