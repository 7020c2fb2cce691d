"""The pages of entries: the reason for fetching them, and the text that was read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from straitwatch.core.model.entry import SignalKind
from straitwatch.core.model.feed import NO_VALIDATORS, Validators
from straitwatch.core.model.full_text import FullText


class PageTask(StrEnum):
    """The purpose of fetching a page."""

    TEXT = "text"  # to match an entry again, with the text of its article
    EDITS = "edits"  # to find changes in an article that was alerted


class PageCause(StrEnum):
    """Why a page is fetched."""

    NEAR_MISS = "near_miss"
    THIN = "thin"
    ALWAYS = "always"
    ALERTED = "alerted"

    @property
    def rank(self) -> int:
        """The place in the queue: near misses first, because they are the likeliest matches."""
        return tuple(PageCause).index(self)


class PageOutcome(StrEnum):
    """The result of the last request for a page, besides a `FetchFailure`."""

    WAITING = "waiting"  # not requested yet
    READ = "read"
    UNCHANGED = "unchanged"
    NO_TEXT = "no_text"  # a page without an article, such as one that needs JavaScript
    NOT_HTML = "not_html"
    ROBOTS = "robots"  # robots.txt disallows it
    MISSING = "missing"  # 404 or 410
    EXPIRED = "expired"  # the budget did not reach it in time
    SUPERSEDED = "superseded"  # newer pages of the story are watched instead
    NOT_CONFIGURED = "not_configured"  # its feed is no longer configured
    OTHER_PAGE = "other_page"  # something else came instead, such as a question for consent
    CRASHED = "crashed"  # an error of ours, which the log shows
    UNREADABLE = "unreadable"  # it was not read within the limits of a worker


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePolicy:
    """Which pages are fetched, and how many."""

    full_text: FullText = FullText.AUTO
    watch_edits: timedelta = timedelta(hours=72)
    per_hour: int = 120
    per_host: int = 12  # in an hour


NO_PAGES = PagePolicy(full_text=FullText.NEVER, watch_edits=timedelta(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWish:
    """The page of an entry that a poll wants to be fetched."""

    task: PageTask
    cause: PageCause
    detail: str = ""  # such as the near miss, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """A fetched page, on its way to the worker that extracts its article."""

    body: bytes
    url: str  # the final address, after redirects
    content_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """The article of a page, without navigation, comments and related links."""

    title: str = ""
    text: str = ""
    barrier: str = ""  # describes a page that asks for a person, a login or permission instead


@dataclass(frozen=True, slots=True, kw_only=True)
class PageVersion:
    """The parts of an article that later versions are compared with."""

    titles: tuple[str, ...] = ()  # all so far, the latest last
    sentences: tuple[str, ...] = ()  # those with hits or figures
    notes: tuple[str, ...] = ()  # corrections that the publisher declares
    lead: tuple[str, ...] = ()  # the first sentences, only to recognize the article


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """The stored state of a page between two requests."""

    key: bytes  # of the canonical address
    entry_id: str
    url: str
    host: str
    task: PageTask
    cause: PageCause
    asked_at: datetime
    due_at: datetime | None = None  # None: no request follows
    lease_seq: int = 0  # fencing counter
    looks: int = 0  # good ones
    failures: int = 0  # in a row
    fetched_at: datetime | None = None  # the last request
    rest_until: datetime | None = None  # its host gets no request before
    outcome: str = PageOutcome.WAITING  # a PageOutcome or a FetchFailure
    detail: str = ""
    validators: Validators = NO_VALIDATORS
    version: PageVersion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A changed passage: before and after."""

    was: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageChange:
    """A change of an article that was alerted."""

    is_removed: bool = False
    headline: Wording | None = None
    passages: tuple[Wording, ...] = ()
    note: str = ""  # a correction that the publisher declares
    signal: SignalKind | None = None  # of the note

    @property
    def wordings(self) -> tuple[Wording, ...]:
        """The headline and the passages that differ."""
        return (*([self.headline] if self.headline else []), *self.passages)
