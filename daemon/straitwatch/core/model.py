"""The values that flow through Straitwatch: frozen, slotted, without behaviour to speak of.

    Feed -> FetchResult -> ParsedFeed -> Entry -> Match -> Fold -> Decision -> Alert -> Delivery
         -> SendResult

No value here knows the database, the network or a library. Datetimes are aware UTC and end in
`_at`; durations are `timedelta`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

# ---------------------------------------------------------------- words with few values


class Severity(StrEnum):
    """How urgent a match is; compare with `rank`, the names do not sort."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low up to 3 for critical."""
        return list(Severity).index(self)

    @property
    def raised(self) -> "Severity":
        """The next more urgent one; critical stays critical."""
        return list(Severity)[min(self.rank + 1, Severity.CRITICAL.rank)]


class FetchFailure(StrEnum):
    """Why a feed could not be had; also the metric label."""

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


class ParseProblem(StrEnum):
    """What is wrong with a document that was fetched; the values are part of `parse --json`."""

    EMPTY = "empty"
    HTML = "html"
    NOT_A_FEED = "not_a_feed"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    TIMEOUT = "timeout"
    TOO_MANY_ENTRIES = "too_many_entries"


class Relation(StrEnum):
    """How a report relates to what was seen before; the values are part of `cluster --json`."""

    NEW = "new"
    SAME_ENTRY = "same_entry"
    DUPLICATE = "duplicate"
    SAME_EVENT = "same_event"


class ReportStatus(StrEnum):
    """How a report arrived; only fresh and edited ones are news."""

    FRESH = "fresh"
    EDITED = "edited"  # its entry was stored before, with another text
    BASELINE = "baseline"  # its feed is seen for the first time
    REKEYED = "rekeyed"  # its feed carried it before, under another id
    LATE = "late"  # published too long ago

    @property
    def is_news(self) -> bool:
        """True if the report may raise the severity of its story."""
        return self in (ReportStatus.FRESH, ReportStatus.EDITED)


class EntryKind(StrEnum):
    """What sort of text an entry is."""

    NEWS = "news"
    COMMENTARY = "commentary"
    ROUNDUP = "roundup"


class SignalKind(StrEnum):
    """What a report says about earlier reports of its event, or about the event's end."""

    CORRECTION = "correction"
    RETRACTION = "retraction"
    DENIAL = "denial"
    CONFIRMATION = "confirmation"
    END = "end"


class LinkKind(StrEnum):
    """What a person decided about two reports."""

    MUST_LINK = "must_link"
    CANNOT_LINK = "cannot_link"


class Action(StrEnum):
    """What a decision leads to."""

    ALERT = "alert"
    UPDATE = "update"
    DIGEST = "digest"
    NONE = "none"


class Reason(StrEnum):
    """Why a report alerts or does not; log word, metric label and a line in the docs each."""

    NO_MATCH = "no_match"
    BASELINE = "baseline"
    NEW_STORY = "new_story"
    MORE_SEVERE = "more_severe"
    CORRECTION = "correction"
    DEVELOPMENT = "development"
    PROBABLE = "probable"
    OTHER_LANGUAGE = "other_language"
    NEW_LIST = "new_list"
    HIGHER_SEVERITY = "higher_severity"
    BREAKING = "breaking"
    MORE_OUTLETS = "more_outlets"  # like the next three, in rows of earlier versions only
    TIER_ONE = "tier_one"
    DAY_LATER = "day_later"
    ALREADY_ALERTED = "already_alerted"
    NEW_ROUTE = "new_route"
    RETELLING = "retelling"
    COMMENTARY = "commentary"
    ROUNDUP = "roundup"
    KNOWN_ENTRY = "known_entry"
    REKEYED = "rekeyed"
    LATE = "late"
    NO_ROUTE = "no_route"
    SILENCED = "silenced"


class AlertKind(StrEnum):
    """What an alert is about."""

    NEW = "new"
    UPDATE = "update"
    DIGEST = "digest"
    ROLLUP = "rollup"
    SYSTEM = "system"
    CANARY = "canary"
    TEST = "test"


class Verdict(StrEnum):
    """What a person says of an entry for a watch-list."""

    RELEVANT = "relevant"
    NOT_RELEVANT = "not_relevant"


class Change(StrEnum):
    """How a changed list differs on one entry."""

    GAINED = "gained"
    LOST = "lost"
    SEVERITY = "severity"


class DeliveryState(StrEnum):
    """Where a delivery stands; delivered, merged, cancelled and dead are final."""

    HELD = "held"
    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    MERGED = "merged"
    CANCELLED = "cancelled"
    DEAD = "dead"


class Outcome(StrEnum):
    """The five ways an attempt can end; also the metric label."""

    DELIVERED = "delivered"
    RETRY = "retry"
    UNSURE = "unsure"
    PERMANENT = "permanent"
    RECEIVER_BROKEN = "receiver_broken"


# ---------------------------------------------------------------- configuration


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place in a configuration file; line and column start at 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong in what a person wrote: where, what, and what to do about it."""

    position: Position | None
    message: str
    hint: str = ""
    excerpt: str = ""  # the offending source line, for a caret under `position.column`
    is_warning: bool = False

    def __str__(self) -> str:
        where = f"{self.position}: " if self.position else ""
        word = "warning: " if self.is_warning else ""
        return f"{where}{word}{self.message}" + (f"\nhint: {self.hint}" if self.hint else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """A piece of text together with the place where a person wrote it.

    `column_is_exact` is false where YAML folded or escaped the text, so that an offset in `text`
    is not an offset in the file; `is_quoted` is true where it stands in quotation marks there.
    """

    text: str
    position: Position | None = None
    column_is_exact: bool = True
    is_quoted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One polled address, as configured."""

    id: str  # computed from the address: see core.normalize.feed_id
    name: str
    url: str
    language: str = ""  # BCP 47 as configured: en, zh-Hant, ru ...
    country: str = ""  # ISO 3166 alpha-2
    kind: str = ""  # wire, newspaper, broadcaster, official, state-media, think-tank, ...
    stance: str = ""  # independent, state, official, party, ...
    tier: int = 3  # 1 = an outlet whose report alone is news
    interval: timedelta | None = None  # set: fixed, never adapted
    max_age: timedelta | None = None  # of an entry, to alert; None: the global one
    timezone: str | None = None  # for dates that name none
    encoding: str | None = None  # for bytes that declare none
    headers: tuple[tuple[str, str], ...] = ()
    full_text: bool = False
    tags: tuple[str, ...] = ()
    about: tuple[str, ...] = ()  # term sets: what its entries are about without saying so
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TermSet:
    """A named, reusable set of phrases; a hit inside a longer `not_inside` term does not count."""

    name: str
    any: tuple[Sourced, ...]
    not_inside: tuple[Sourced, ...] = ()
    position: Position | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsRule:
    """`signals` add their points when the query holds, `noise` takes them away."""

    points: int
    when: Sourced


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFilter:
    """What may be asked of a story: whose reporting it is."""

    min_origins: int = 0  # independent ones
    state_only: bool | None = None  # whether only state media has it; None: either
    state_first: bool | None = None  # whether state media had it first; None: either


ANY_STORY = StoryFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityRule:
    """The first rule that holds names the severity; without `when` it always holds."""

    level: Severity
    when: Sourced | None = None
    min_points: int | None = None
    story: StoryFilter = ANY_STORY


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFilter:
    """Which feeds a watch-list listens to; an empty tuple excludes nothing."""

    include: tuple[str, ...] = ()  # feed names
    exclude: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    stances: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchList:
    """What a desk watches, as configured; queries are still text (see core.query)."""

    id: str
    title: str
    enabled: bool = True
    languages: tuple[str, ...] = ()  # empty: all; `zh` stands for both scripts
    countries: tuple[str, ...] = ()
    sources: SourceFilter = SourceFilter()
    fields: tuple[str, ...] = ("title", "summary", "content")
    threshold: int = 10
    match: tuple[Sourced, ...] = ()
    signals: tuple[PointsRule, ...] = ()
    noise: tuple[PointsRule, ...] = ()
    exclude: tuple[Sourced, ...] = ()
    severity: tuple[SeverityRule, ...] = ()
    folding: str = "default"  # name of a profile: recall, default, strict
    must_match: tuple[Sourced, ...] = ()
    must_not_match: tuple[Sourced, ...] = ()
    position: Position | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most so many messages in any span of so long; what is beyond comes in one roll-up."""

    messages: int
    per: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """Where a message goes that one receiver could not deliver."""

    receiver: str
    recipients: tuple[str, ...]
    give_up_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who reads alerts at one of several receivers: the first that works."""

    name: str
    receivers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Where messages go: one Apprise URL and how to treat it.

    `url` is secret: it is never logged; `repr` leaves it out. `broken_because` is set when the
    receiver cannot be used as configured, for instance because a variable is unset; its
    deliveries then wait.
    """

    name: str
    url: str = field(repr=False)
    driver: str = "auto"  # auto, slack, smtp, apprise, terminal
    base_url: str = ""  # Slack only: stands for https://hooks.slack.com and https://slack.com/api
    limit: Limit | None = None
    fallback: str = ""  # the receiver of what could not be delivered here
    on_unsure: str = "resend"  # resend, hold
    give_up_after: timedelta | None = None  # None: 24 h, mail 48 h; with a fallback half an hour
    message_id_domain: str = ""
    broken_because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Which matches go to which receivers; the first that fits wins unless `continue`."""

    name: str
    watchlists: tuple[str, ...] = ()  # empty: any
    severities: tuple[Severity, ...] = ()
    tags: tuple[str, ...] = ()
    stances: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[EntryKind, ...] = (EntryKind.NEWS,)
    story: StoryFilter = ANY_STORY
    send: tuple[str, ...] = ()
    continues: bool = False
    group_wait: timedelta = timedelta(0)
    quiet_hours: str = ""
    updates: str = "thread"  # thread, message, digest, off
    position: Position | None = None

    def kind_misfit(self, kind: EntryKind) -> str:
        """Return why the route does not take entries of this kind; "" when it does."""
        if kind in self.kinds:
            return ""
        return f"wants kinds {' or '.join(self.kinds)}, this is {kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A daily span, in a zone, during which some severities are held."""

    name: str
    days: tuple[int, ...]  # Monday = 0, of the day on which the span begins
    starts: time
    ends: time
    timezone: str
    hold: tuple[Severity, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPlan:
    """A regular summary, sent even when nothing matched."""

    name: str
    at: tuple[time, ...]  # of the wall clock
    timezone: str
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    send: tuple[str, ...] = ()
    include: tuple[str, ...] = ()  # watch-list ids; empty: all


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Matches that alert nobody for a while; they stand in the digest. Empty tuples fit everything.

    One that names no severity lets critical matches through: nobody meant to sleep through a war.
    """

    until_at: datetime
    starts_at: datetime | None = None  # None: in force since it was written
    id: str = ""  # of those made by command
    watchlists: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    tags: tuple[str, ...] = ()
    stances: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    author: str = ""
    reason: str = ""

    @property
    def subject(self) -> str:
        """What is silenced, in words: `list taiwan-policy, severity low or normal`."""
        parts = {
            "list": self.watchlists,
            "severity": self.severities,
            "tag": self.tags,
            "stance": self.stances,
            "language": self.languages,
        }
        named = [f"{word} {' or '.join(values)}" for word, values in parts.items() if values]
        return ", ".join(named) or "everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPolicy:
    """Everything that routing and deciding need to know."""

    routes: tuple[Route, ...] = ()
    quiet_hours: tuple[QuietHours, ...] = ()
    digests: tuple[DigestPlan, ...] = ()
    silences: tuple[Silence, ...] = ()
    people: tuple[Person, ...] = ()
    max_age: timedelta = timedelta(hours=48)  # older than this is not news: digest, marked late
    backfill: timedelta = timedelta(0)  # at first sight of a feed, alert on entries this young
    update_wait: timedelta = timedelta(0)  # for which updates of one story are collected; 0: not
    languages: tuple[str, ...] = ()  # of headlines, in order of preference; empty: no preference
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A synthetic message that proves the way to a receiver, and who hears that all is well."""

    every: timedelta
    send: tuple[str, ...] = ()
    ping: str = field(default="", repr=False)  # a secret, like the address of a receiver


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
    timeout: timedelta = timedelta(seconds=30)
    max_bytes: int = 10_000_000  # covers all 932 real feeds of research; the largest had 4 MB


# ---------------------------------------------------------------- fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave us to ask "has it changed?"; stored and sent back verbatim."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A body came back."""

    url: str  # the final address, after redirects
    status: int
    body: bytes
    content_type: str
    validators: Validators
    body_hash: bytes  # blake2b-16 of `body`
    max_age: timedelta | None = None  # Cache-Control
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server says nothing changed."""

    validators: Validators
    max_age: timedelta | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """The feed could not be had this time."""

    kind: FetchFailure
    detail: str
    status: int | None = None
    retry_after: timedelta | None = None
    seconds: float = 0.0


FetchResult = Fetched | NotModified | FetchFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What the store remembers of a feed between polls."""

    feed_id: str
    lease_seq: int = 0  # fencing counter: a completion with an older one changes nothing
    validators: Validators = Validators()
    body_hash: bytes = b""
    baseline_at: datetime | None = None  # first successful poll; None: never seen
    next_due_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None  # when an entry last arrived
    failures: int = 0  # in a row
    blind_since: datetime | None = None  # this poll ended a gap: nothing was read from then on
    last_outcome: str = ""  # ok, not_modified, unchanged, a FetchFailure or a ParseProblem
    last_detail: str = ""


# ---------------------------------------------------------------- parse and normalize


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """One item of one feed exactly as its publisher wrote it: markup, relative links and all."""

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published: str = ""
    updated: str = ""
    language: str = ""
    source_title: str = ""  # the publisher, where an aggregator names it
    plain: frozenset[str] = (
        frozenset()
    )  # title, summary, content: text, not markup, by its own word


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFeed:
    """A document as it was read; `problem` is None for a good feed, even one without entries."""

    format: str  # rss20, atom10, rss10, json11, ...; "" = unknown
    title: str = ""
    link: str = ""
    language: str = ""
    entries: tuple[RawEntry, ...] = ()
    problem: ParseProblem | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of one feed, cleaned: plain text, absolute links, aware dates."""

    id: str  # computed from feed and identity; the same after a crash
    guid: str  # raw
    url: str  # absolute, http(s), as the publisher wrote it; "" = none
    canonical_url: str  # identity of the page, never fetched and never shown; "" = none
    title: str
    summary: str = ""
    content: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()  # as published: section names, tags; not stored
    links: tuple[str, ...] = ()  # the first few in the text that lead to other sites
    published_at: datetime | None = None
    language: str = ""
    source: str = ""  # publisher named by an aggregator; "" = the feed itself
    text_hash: bytes = b""  # of title, summary and content: has the text been edited?


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDocument:
    """A document after parsing and cleaning: what a parse worker hands back."""

    format: str
    title: str = ""
    entries: tuple[Entry, ...] = ()
    problem: ParseProblem | None = None
    detail: str = ""

    @property
    def is_feed(self) -> bool:
        """Whether the document counts as a successful poll, with or without entries."""
        return self.problem in (None, ParseProblem.TRUNCATED, ParseProblem.TOO_MANY_ENTRIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What sort of text an entry is, and the words or the part of the address that say so."""

    kind: EntryKind
    evidence: str = ""
    field: str = (
        ""  # title, summary, url, author, category or feed; "" = nothing spoke against news
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Words that correct, retract, deny, confirm or end something, and where they are."""

    kind: SignalKind
    words: str
    field: str  # title or lead
    start: int
    end: int


# ---------------------------------------------------------------- match


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchText:
    """The text that watch-lists look at, and what they may filter on."""

    title: str
    summary: str = ""
    content: str = ""
    language: str = ""
    country: str = ""
    stance: str = ""
    source: str = ""  # feed name
    tags: tuple[str, ...] = ()
    about: tuple[str, ...] = ()  # term sets that the feed is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A term found in a field; `text` is the field's code points `[start:end]`.

    The subject of the feed is a hit outside the text: its field is `feed`, its place 0 to 0.
    """

    term: str
    field: str  # title, summary, content, feed
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleScore:
    """What one rule of a watch-list contributed."""

    rule: str  # match[0], signals[2], noise[1], exclude[0], severity[0]
    when: str
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLevel:
    """A line of severity that holds as far as the text goes, and asks something of the story."""

    watchlist: str
    level: Severity
    story: StoryFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One watch-list fired on one entry."""

    watchlist: str
    score: int
    severity: Severity
    hits: tuple[Hit, ...]
    rules: tuple[RuleScore, ...] = ()
    pending_levels: tuple[
        StoryLevel, ...
    ] = ()  # lines of severity before the one that holds: see decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One list says something else of one entry: `before` as it is, `after` with the change."""

    watchlist: str
    change: Change
    before: Match | None
    after: Match | None

    @property
    def shown(self) -> Match:
        """The match to show: what is gained, or what would be lost."""
        match = self.after or self.before
        if match is None:
            raise ValueError(f"{self.watchlist}: a difference between nothing and nothing")
        return match


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A person's verdict on an entry for a watch-list: true, false, or a match that is missing."""

    entry_id: str
    watchlist: str
    verdict: Verdict
    marked_at: datetime
    marked_by: str = ""
    note: str = ""


# ---------------------------------------------------------------- stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """What a sentence means, as one model sees it; see `core.vectors` for its numbers."""

    model: str  # vectors of two models are never compared
    values: bytes = field(repr=False)  # int8


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What a report says, in the form in which folding compares it: read once, then stored."""

    entry_id: str
    seen_at: datetime
    title: str  # cleaned, in one script of Chinese
    canonical_url: str = ""
    site: str = ""  # host of the canonical address, or the outlet where there is none
    outlet: str = ""
    published_at: datetime | None = None  # known of the report at hand only: it is not stored
    language: str = ""  # primary subtag: en, zh, ja ...
    watchlists: tuple[str, ...] = ()
    title_terms: tuple[str, ...] = ()  # stems, bigrams
    lead_terms: tuple[str, ...] = ()
    title_names: tuple[str, ...] = ()  # people, places and things, in no language
    lead_names: tuple[str, ...] = ()
    lead_head: str = ""  # how the text under the headline begins
    lead_figures: str = ""  # all of its figures in their order
    lead_digest: str = ""
    figures: tuple[str, ...] = ()  # quantities in the title
    facts: str = ""  # what it states, see core.cluster.facts
    kind: EntryKind = EntryKind.NEWS
    signals: tuple[SignalKind, ...] = ()  # in the title
    vector: Vector | None = None  # None: no encoder was available


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """A story in another language that may be about the same event; it suppresses nothing."""

    story_id: str
    score: float
    names: tuple[str, ...]  # the people, places and things that both name

    def __str__(self) -> str:
        """Say which story, how alike and by what."""
        return f"possibly related to {self.story_id}, {self.score:.2f}: {', '.join(self.names)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Novelty:
    """What a report adds to everything that was sent about its story."""

    signals: tuple[SignalKind, ...] = ()  # it corrects, denies, ends ...
    voices: tuple[str, ...] = ()  # officials and bodies that speak for the first time
    sides: tuple[str, ...] = ()  # countries that act or speak for the first time
    acts: tuple[str, ...] = ()  # deeds that no report has told of: somebody is detained, fires
    opposites: tuple[str, ...] = ()  # what it states otherwise: "end, not begin"
    names: tuple[str, ...] = ()  # shown, and no reason by themselves
    figures: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()  # of these, media and what a sent headline names: not shown

    @property
    def is_development(self) -> bool:
        """True if it adds something that a desk must hear."""
        return bool(self.signals or self.voices or self.sides or self.acts or self.opposites)

    def __str__(self) -> str:
        """Say what is new in words: "denial; MND speaks for the first time; figures: 57"."""
        if not self.is_development:
            shown = ", ".join((*self.shown(self.names), *self.figures))
            return f"{shown}, not enough for an update by itself" if shown else ""
        parts = {
            "deeds": tuple(act.replace(":", " ") for act in self.acts),
            "states otherwise": self.opposites,
            "names": self.shown(self.names),
            "figures": self.figures,
        }
        sides = [f"{one} speaks or acts for the first time" for one in self.shown(self.sides)]
        voices = self.shown(one for one in self.voices if one not in self.sides)
        spoken = [f"{one} speaks for the first time" for one in voices]
        said = [f"{words}: {', '.join(values)}" for words, values in parts.items() if values]
        return "; ".join([*self.signals, *spoken, *sides, *said])

    def shown(self, values: Iterable[str]) -> tuple[str, ...]:
        """Leave out what goes without saying."""
        return tuple(value for value in values if value not in self.unsaid)


NO_NOVELTY = Novelty()


BY_HAND: Final = "by-hand"  # the reason of a fold that a person decided


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryConstraint:
    """What a person decided about two reports, by their entries: one story, or two."""

    report_a: str
    report_b: str
    kind: LinkKind
    made_at: datetime
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """To which story a report belongs, and why."""

    story_id: str
    relation: Relation
    reason: str  # new-event, same-guid, same-url, same-title, near-duplicate, same-event, ...
    score: float = 0.0
    threshold: float = 0.0
    evidence: tuple[str, ...] = ()  # shared terms, or what else decided
    related: Related | None = None  # of a new story
    is_probable: bool = False  # the score is near the threshold: perhaps another event
    usual: float = 0.0  # best score with a story in the report's language; thresholds follow it
    novelty: Novelty = NO_NOVELTY  # compared with what was sent about the story
    # Of what its outlet has published before; not stored, and no difference between two folds.
    is_own_repeat: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        """Say the reason with its figures: "same-event 0.41 >= 0.24: taiwan, drill"."""
        text = self.reason
        if self.reason == BY_HAND:
            return text  # its figures are those of the fold that a person overruled
        if self.threshold:
            sign = "<" if self.relation is Relation.NEW else ">="
            digits = 2 if abs(self.score - self.threshold) >= 0.01 else 4  # noqa: PLR2004
            text += f" {self.score:.{digits}f} {sign} {self.threshold:.{digits}f}"
        elif self.score:
            text += f" {self.score:.2f}"
        if self.evidence:
            text += f": {', '.join(term.removeprefix('@') for term in self.evidence)}"
        elif self.relation is Relation.SAME_EVENT and self.threshold:
            text += ": by meaning"  # no word and no name in common
        return f"{text}; {self.related}" if self.related else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """Who reported, as shown to people."""

    name: str
    stance: str = ""
    tier: int = 3
    country: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A matched entry as one outlet's report, made once, before the transaction that stores it."""

    entry: Entry
    feed: Feed
    outlet: Outlet
    attributions: tuple[str, ...]  # whose reporting it may be, in order; the story decides
    matches: tuple[Match, ...]
    kind: Kind
    signals: tuple[Signal, ...]
    features: Features
    seen_at: datetime
    status: ReportStatus = ReportStatus.FRESH
    is_edited: bool = False  # its entry was stored before, whatever the status
    differences: tuple[Difference, ...] = ()  # of a change to the lists that runs in shadow


UNNAMED_MEDIA = "other media"  # whose reporting it is that gives no name: `newspaper reports`


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryReport:
    """One outlet's report as an alert lists it."""

    outlet: Outlet
    title: str
    url: str
    seen_at: datetime
    published_at: datetime | None = None
    origin: str = ""  # whose reporting it is, when it is not the outlet's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All reports of one event; `revision` grows with each alert or update."""

    id: str
    title: str
    first_seen_at: datetime
    last_seen_at: datetime
    revision: int = 0  # 0: not alerted yet
    severity: Severity = Severity.LOW
    watchlists: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()  # distinct outlet names, in order of arrival
    reports: tuple[StoryReport, ...] = ()  # the first few, oldest first
    has_tier_one: bool = False
    origins: tuple[str, ...] = ()  # whose reporting the outlets carry, in order of arrival
    is_state_only: bool = False  # no outlet but state media has reported it
    recent: tuple[tuple[str, datetime], ...] = ()  # the origins of the last hour, and when
    pending_levels: tuple[
        StoryLevel, ...
    ] = ()  # lines of severity that its reports left to the story
    is_breaking: bool = False  # many origins within an hour raised its severity, once
    alerted_at: datetime | None = None
    sent_severity: Severity | None = None  # the highest in a message about it
    sent_languages: tuple[str, ...] = ()  # of the reports in messages about it
    threads: tuple[tuple[str, str, str], ...] = ()  # receiver, recipient, its first delivery's id


# ---------------------------------------------------------------- decide and deliver


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether something is said about a story now, and why."""

    action: Action
    reason: Reason

    @property
    def is_sent(self) -> bool:
        """True if the decision leads to a message."""
        return self.action in (Action.ALERT, Action.UPDATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A receiver that at least one match leads to, with everything that led there."""

    receiver: str
    routes: tuple[Route, ...]
    watchlists: tuple[str, ...]
    severity: Severity

    @property
    def group_wait(self) -> timedelta:
        """The shortest wait of the routes: the most impatient desk decides."""
        return min((route.group_wait for route in self.routes), default=timedelta(0))

    @property
    def quiet_hours(self) -> tuple[str, ...]:
        """The quiet hours that hold the message: none as soon as one route has none."""
        names = tuple(route.quiet_hours for route in self.routes)
        return names if all(names) else ()

    @property
    def wants_updates(self) -> bool:
        """True if one of the routes sends updates at once."""
        return any(route.updates in ("thread", "message") for route in self.routes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one report does to its story, and where that leads."""

    story: Story  # with the report in it
    fold: Fold
    decision: Decision
    matches: tuple[Match, ...]  # with the severity that they have in the story
    unsilenced: tuple[Match, ...]  # those that a message may mention
    destinations: tuple[Destination, ...] = ()
    opens_story: bool = False

    @property
    def is_sent(self) -> bool:
        """True if the decision leads to a message."""
        return self.decision.is_sent


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchNote:
    """One list's reasons as an alert shows them."""

    watchlist: str
    title: str
    severity: Severity
    score: int
    terms: tuple[str, ...]  # the matched words as they stand in the text, without repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A sentence of the entry and the code-point spans of the words that matched."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryName:
    """A story as a message about another one names it."""

    story_id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedUpdate:
    """An update that waited and is part of a later one."""

    title: str
    url: str
    outlet: Outlet
    reason: Reason
    severity: Severity
    seen_at: datetime
    published_at: datetime | None = None
    signal: SignalKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFacts:
    """Everything a message may say about a story, frozen when the alert is decided.

    All text is untrusted. It was cleaned at ingest; renderers still escape it for their medium.
    """

    story_id: str
    revision: int
    kind: AlertKind
    reason: Reason
    severity: Severity
    title: str
    url: str
    outlet: Outlet
    first_seen_at: datetime  # of the story
    seen_at: datetime  # of this entry
    published_at: datetime | None = None
    matches: tuple[MatchNote, ...] = ()
    title_spans: tuple[tuple[int, int], ...] = ()
    quote: Quote = Quote(text="")
    first_report: StoryReport | None = None  # the first one published, as far as that is known
    also: tuple[StoryReport, ...] = ()  # who else reports it, newest last
    outlet_count: int = 1
    origin: str = ""  # whose reporting this is, when it is not the outlet's own
    origins: tuple[str, ...] = ()  # of the story; fewer than outlets where they repeat each other
    is_state_only: bool = False
    related: StoryReport | None = None  # in another language, perhaps about the same event
    related_names: tuple[str, ...] = ()  # the people, places and things that both name
    is_late: bool = False
    story_title: str = ""  # of the first report: keeps the threads of a story together
    entry_id: str = ""  # of the report that is told
    related_id: str = ""  # of the story that may be about the same event
    signal: SignalKind | None = None  # goes first in the message
    part_of: StoryName | None = None  # the known story, of a report that is more severe than it
    is_probable: bool = False  # the story is a guess
    probability: float | None = None  # of the guess; None: not known
    also_in: str = ""  # the language, of the first report in another one
    added: tuple[str, ...] = ()  # names, bodies, places and figures that are new in the story
    updates: tuple[CollectedUpdate, ...] = ()  # that waited and come with this one, oldest first
    headline: StoryReport | None = None  # of the story, in a language that the desk prefers
    split_from: StoryName | None = None  # of which a person split it off
    is_readable: bool = True  # the title is in one of the desk's languages


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageFacts:
    """The proof that stands beside every "nothing matched"."""

    since_at: datetime
    until_at: datetime
    feeds: int
    feeds_current: int
    feeds_late: int
    feeds_broken: tuple[str, ...] = ()
    entries_read: int = 0
    blind_feed: str = ""  # the feed that was not read for longest, as far as the window reaches
    blind_for: timedelta = timedelta(0)
    rollups: int = 0  # messages that stood for many
    matched: int = 0
    dead_letters: int = 0
    pending: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """One story in a digest."""

    story_id: str
    title: str
    url: str
    outlet: Outlet
    severity: Severity
    watchlists: tuple[str, ...]  # titles of the lists
    first_seen_at: datetime
    outlet_count: int = 1
    was_alerted: bool = False
    is_late: bool = False
    original: str = ""  # the title in its own language, where `title` is in the desk's
    signal: SignalKind | None = None  # goes before the title
    updates: int = 0  # about the story: further ones in a roll-up, all of a running one
    more_outlets: int = 0  # of a story that was in an earlier digest
    part_of: str = ""  # title of the story, of an update, a commentary or a round-up


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestFacts:
    """What a digest says: the stories of its window and the coverage behind them."""

    name: str
    items: tuple[DigestItem, ...]
    coverage: CoverageFacts
    is_late: bool = False
    more: int = 0  # stories beyond the number that is listed
    running: tuple[DigestItem, ...] = ()  # stories of earlier digests: updates, more outlets
    more_running: int = 0
    commentary: tuple[DigestItem, ...] = ()  # and round-ups
    more_commentary: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RollupFacts:
    """What one message says in the place of many: here is all that there is."""

    cause: str  # limit, quiet_hours, group_wait, or why else the messages waited
    items: tuple[DigestItem, ...]  # the most urgent first
    messages: int  # that this one stands for
    stories: int  # that they were about
    since_at: datetime  # the first of them was made
    until_at: datetime  # the last
    severity: Severity = Severity.NORMAL
    limit: Limit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts:
    """A message about Straitwatch itself, or a labelled test."""

    title: str
    lines: tuple[str, ...] = ()
    severity: Severity = Severity.NORMAL


Facts = AlertFacts | DigestFacts | RollupFacts | NoticeFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What is said about a story at one revision, to whomever its routes lead."""

    id: str  # computed: see core.identity
    kind: AlertKind
    story_id: str
    revision: int
    severity: Severity
    facts: Facts
    created_at: datetime
    config_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one recipient: an alert, a receiver, and all the routes that led there.

    Unique by (story, revision, receiver, recipient).
    """

    id: str  # delivery_key(...): the same after a crash
    alert_id: str
    receiver: str
    recipient: str = ""  # "" for receivers with a single target
    routes: tuple[str, ...] = ()
    watchlists: tuple[str, ...] = ()
    state: DeliveryState = DeliveryState.PENDING
    state_reason: str = ""
    not_before: datetime | None = None
    give_up_at: datetime | None = None
    parent_id: str = ""  # the delivery of the story's first alert to the same place


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The exact bytes of a message, made once, before its first attempt."""

    body: bytes
    content_type: str  # application/json, message/rfc822, text/plain
    note: Mapping[str, str] = field(default_factory=dict)  # e.g. subject, message_id


@dataclass(frozen=True, slots=True, kw_only=True)
class SendJob:
    """All that a driver needs to render and send one delivery."""

    delivery: Delivery
    kind: AlertKind
    facts: Facts
    attempt: int = 1  # 1 for the first
    frozen: Frozen | None = None  # None: not rendered yet
    parent_ref: Mapping[str, str] = field(default_factory=dict)  # what the parent's send returned
    is_possible_repeat: bool = False  # an earlier attempt was not answered
    started_at: datetime | None = None  # of the attempt that was not answered
    created_at: datetime | None = None  # of the alert: stable, used as Date of a mail
    config_option: str = ""  # `--config DIR`, for the commands that a message names


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """How one attempt ended."""

    outcome: Outcome
    code: str = ""  # the server's: 429, 550, invalid_blocks ...
    text: str = ""  # short, for people; never holds a secret
    retry_after: timedelta | None = None
    ref: Mapping[str, str] = field(default_factory=dict)  # ts, channel, message_id


# ---------------------------------------------------------------- one poll's plan


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """What the store knows of an entry that comes again."""

    entry_id: str
    text_hash: bytes
    title: str = ""
    story_id: str = ""
    watchlists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierEntry:
    """An entry as it was stored before the poll that brings it again, or another in its place."""

    entry: Entry
    seen_at: datetime  # first


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedReport:
    """A stored report as a window takes it in: what it says, its story, and whether it was sent."""

    seq: int  # its place in the order of folding
    features: Features
    fold: Fold
    is_sent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEntry:
    """An entry to store (or whose edited text to store), and what was concluded about it."""

    entry: Entry
    is_new: bool
    matches: tuple[Match, ...] = ()
    fold: Fold | None = None
    features: Features | None = None  # of a report
    decision: Decision = Decision(action=Action.NONE, reason=Reason.NO_MATCH)
    differences: tuple[Difference, ...] = ()  # of a change to the lists that runs in shadow


@dataclass(frozen=True, slots=True, kw_only=True)
class PollReport:
    """What one poll did, for logs, metrics and `run --once`."""

    feed_id: str
    outcome: str
    entries: int = 0
    entries_new: int = 0
    stories_new: int = 0
    alerts: int = 0
    detail: str = ""
    is_baseline: bool = False  # what stood in it before it was watched is recorded silently
    rekeyed: int = 0  # entries that were there already, under other ids
    reasons: tuple[Reason, ...] = ()  # of each decision
    is_failure: bool = False  # the feed could not be had or read


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What one poll of a feed brought; a long document is planned and stored in parts."""

    feed: Feed
    state: FeedState  # as it will be when all parts are stored
    reports: tuple[Report, ...] = ()
    unmatched: tuple[PlannedEntry, ...] = ()  # new and edited entries on which no list fires
    entries: int = 0  # in the document
    is_baseline: bool = False  # what stood in it before it was watched is recorded silently
    rekeyed: int = 0  # entries that were there already, under other ids
    is_last: bool = True  # of the parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that one poll, or a part of it, changes, to be written in one transaction."""

    state: FeedState  # the feed's new state; `lease_seq` is the one that was claimed
    entries: tuple[PlannedEntry, ...]
    stories: tuple[Story, ...]  # new or changed, in their new state
    alerts: tuple[Alert, ...]
    deliveries: tuple[Delivery, ...]
    report: PollReport
    config_version: str = ""  # whose lists and routes decided
    shadow_version: str = ""  # of the change in shadow, if one runs
    is_last: bool = True  # of the parts of a poll: the feed's new state is written with it
