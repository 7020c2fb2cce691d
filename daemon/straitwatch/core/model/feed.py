"""A feed as configured, the results of fetching it, and its state between polls."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from straitwatch.core.model.condition import HEALTHY, FeedHealth
from straitwatch.core.model.full_text import FullText
from straitwatch.core.model.proxies import NO_PROXIES, Proxies
from straitwatch.core.model.publisher import NO_DOCUMENT_HINTS, DocumentHints, Move
from straitwatch.core.model.push import NO_OFFER, PushOffer


class FetchFailure(StrEnum):
    """The reason why a fetch failed; also the metric label."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    RESET = "reset"
    TOO_LARGE = "too_large"
    FORBIDDEN_ADDRESS = "forbidden_address"
    REDIRECT = "redirect"
    RATE_LIMITED = "rate_limited"
    GONE = "gone"
    BLOCKED = "blocked"
    HTTP_CLIENT = "http_client"
    HTTP_SERVER = "http_server"
    TRUNCATED = "truncated"
    PROTOCOL = "protocol"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed, as configured."""

    id: str  # computed from the address: see core.normalize.feed_id
    name: str
    url: str
    language: str = ""  # BCP 47 as configured: en, zh-Hant, ru ...
    country: str = ""  # ISO 3166 alpha-2
    kind: str = ""  # wire, newspaper, broadcaster, official, state-media, think-tank, ...
    stance: str = ""  # independent, state, official, party, ...
    tier: int = 3  # 1 for an outlet whose report alone is news
    interval: timedelta | None = None  # if set, it does not adapt to the feed
    max_age: timedelta | None = None  # older entries send no alert; None: the global limit
    timezone: str | None = None  # of dates without a time zone
    encoding: str | None = None  # of documents that declare none
    headers: tuple[tuple[str, str], ...] = ()
    full_text: FullText | None = None  # None: as for all feeds
    tags: tuple[str, ...] = ()
    about: tuple[str, ...] = ()  # term sets that all its entries match, as its subject
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PollPolicy:
    """How often and how politely feeds are polled."""

    interval: timedelta = timedelta(minutes=15)
    min_interval: timedelta = timedelta(minutes=2)
    max_interval: timedelta = timedelta(hours=6)
    contact: str = ""
    allow_private_addresses: bool = False
    concurrency: int = 50
    per_host: int = 2
    spacing: timedelta | None = None  # None: see core.lanes
    timeout: timedelta = timedelta(seconds=30)
    max_bytes: int = 10_000_000  # the largest of 932 real feeds had 4 MB
    proxies: Proxies = NO_PROXIES  # of all requests except messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """A server's validators for conditional requests, stored and sent back verbatim."""

    etag: str = ""
    last_modified: str = ""
    host: str = ""  # the host and port that gave them; empty: those of the feed's address
    is_redirected: bool = False  # they came after a redirect, so the first address has others

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A response with a body."""

    url: str  # the final address, after redirects
    status: int
    body: bytes
    content_type: str
    validators: Validators
    body_hash: bytes  # blake2b-16 of `body`
    max_age: timedelta | None = None  # for which it is fresh: Cache-Control or Expires
    remark: str = ""  # the malformed parts of the response that were ignored
    links: tuple[str, ...] = ()  # the Link headers
    asked: str = ""  # the learned address; "": the configured one
    moved_to: str = ""  # the address to which the asked one redirects permanently
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """A response without a body: the document is unchanged."""

    validators: Validators
    max_age: timedelta | None = None
    remark: str = ""
    asked: str = ""
    moved_to: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """A fetch without a usable response."""

    kind: FetchFailure
    detail: str
    status: int | None = None
    retry_after: timedelta | None = None
    host: str = ""  # that refused, perhaps after a redirect
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPause:
    """A span in which a host asked not to be asked."""

    host: str  # with the port, unless it is the default
    status: int  # of the answer: 429 or 503
    since_at: datetime
    until_at: datetime


FetchResult = Fetched | NotModified | FetchFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Distrust:
    """A span in which a server answered 304 although entries had changed, and its consequence."""

    since_at: datetime  # the first 304 that may have hidden a change
    found_at: datetime
    until_at: datetime  # validators are not sent before


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """The new entries of a feed, counted so that old ones weigh less; see `core.arrivals`."""

    entries: float = 0.0  # weighted by age, at `counted_at`
    matched: float = 0.0  # those of them on which a watch-list fired, weighted alike
    since_at: datetime | None = None  # the start of the count
    counted_at: datetime | None = None  # the last arrival


@dataclass(frozen=True, slots=True, kw_only=True)
class Turnover:
    """How fast the entries of a feed's document are replaced by new ones."""

    entries: int = 0  # in the last whole document
    fastest: timedelta | None = None  # lately, in which all of them would be replaced
    seen_at: datetime | None = None  # the time of `fastest`


class IntervalReason(StrEnum):
    """The reason for the interval of a feed."""

    FIXED = "fixed"  # a person chose it
    NEW = "new"  # the rhythm of the feed is not known yet
    ADAPTED = "adapted"
    DOCUMENT = "document"  # entries would leave the document unread
    BREAKING = "breaking"  # the feed carries an urgent story
    PUBLISHER = "publisher"  # the server asks for it
    FAILING = "failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class PollInterval:
    """The time between two polls of a feed, before it is spread, and its reason."""

    length: timedelta
    reason: IntervalReason


class BlindCause(StrEnum):
    """The reason why a feed was not read for some time."""

    OUTAGE = "outage"  # no poll succeeded
    OVERRUN = "overrun"  # between two polls, all known entries left the document
    HIDDEN = "hidden"  # the server answered 304 although entries had changed
    STOPPED = "stopped"  # Straitwatch was not running


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindWindow:
    """A span in which a feed was not read."""

    cause: BlindCause
    since_at: datetime
    until_at: datetime
    filled_at: datetime | None = None  # when everything published in it was known to be read
    found: int = 0  # entries that back-fill found

    @property
    def length(self) -> timedelta:
        """The duration of the window."""
        return self.until_at - self.since_at


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedWindow:
    """A blind window with its feed."""

    feed: str  # the name; "" for all feeds
    window: BlindWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """An unfinished search for the entries of a blind window."""

    since_at: datetime  # the start of the window
    url: str  # the next page to read
    pages: int = 0  # that were requested
    is_sitemap: bool = False  # the pages lead to a news sitemap of the site


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedProfile:
    """What polls have taught about a feed: stored as a whole, and never queried."""

    arrivals: Arrivals = Arrivals()
    turnover: Turnover = Turnover()
    interval: PollInterval | None = None  # after the last successful poll
    health: FeedHealth = HEALTHY
    hints: DocumentHints = NO_DOCUMENT_HINTS  # of the last whole document
    push: PushOffer = NO_OFFER
    move: Move | None = None
    backfill: Backfill | None = None
    cut_since_at: datetime | None = None  # the last good poll before documents were cut off


NO_PROFILE = FeedProfile()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """The stored state of a feed between polls."""

    feed_id: str
    lease_seq: int = 0  # fencing counter: a result with an older one is discarded
    validators: Validators = NO_VALIDATORS
    body_hash: bytes = b""
    baseline_at: datetime | None = None  # first successful poll; None: never seen
    next_due_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None  # arrival of the latest entry
    failures: int = 0  # in a row
    whole_due_at: datetime | None = None  # of the next request without validators
    unmodified_since_at: datetime | None = None  # the first 304 since the last whole document
    distrust: Distrust | None = None  # of the validators
    blind: BlindWindow | None = None  # that this poll ended; stored apart
    last_outcome: str = ""  # ok, not_modified, unchanged, a FetchFailure or a ParseProblem
    last_detail: str = ""
    profile: FeedProfile = NO_PROFILE

    @property
    def last_whole_at(self) -> datetime | None:
        """The last good poll up to which nothing was missed: its document was not cut off."""
        return self.profile.cut_since_at or self.last_ok_at
