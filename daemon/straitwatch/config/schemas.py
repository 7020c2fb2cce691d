"""The shape of each file: every key with its meaning and its default. Schemas never leave `config`.

Values arrive as text (see `document`); these models make durations, times and numbers of them.
"""

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from straitwatch.config.labels import Country, Language, Stance, Tag
from straitwatch.config.scalars import (
    Days,
    Duration,
    Listen,
    Pause,
    Phrase,
    Size,
    TimeOfDay,
    TimesOfDay,
    Zone,
    wrong,
)

Level = Literal["low", "normal", "high", "critical"]
Kind = Literal["news", "commentary", "roundup"]
Name = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64),
]
Points = Annotated[int, Field(ge=0, le=1000)]
Phrases = tuple[Phrase, ...]
Names = tuple[str, ...]


class Schema(BaseModel):
    """A mapping in a file: unknown keys are errors, an empty value means the default."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value is not None}


# ---------------------------------------------------------------- straitwatch.yaml


class ReceiverSchema(Schema):
    """One place where messages go."""

    url: str = Field(
        "", description="One Apprise URL, or terminal://. Write secrets as ${VARIABLE}."
    )
    url_file: str = Field("", description="A file that holds the URL, instead of `url`.")
    driver: Literal["auto", "slack", "smtp", "apprise", "terminal"] = Field(
        "auto", description="What sends; auto chooses by the URL."
    )
    base_url: str = Field(
        "",
        description="Slack only: stands for https://hooks.slack.com (GovSlack, a proxy, a test).",
    )
    limit: "LimitSchema | None" = Field(
        None,
        description="At most so many messages in a time; what is beyond comes in one roll-up.",
    )
    fallback: str = Field(
        "",
        description="The receiver that gets what could not be delivered here.",
    )
    on_unsure: Literal["resend", "hold"] = Field(
        "resend", description="After a send that was not answered: send again (marked), or hold."
    )
    give_up_after: Duration | None = Field(
        None,
        description="How long a message is tried. Default: 24h, mail 48h, with a fallback 30m.",
        examples=["24h"],
    )
    message_id_domain: str = Field(
        "", description="Mail only: the domain of Message-IDs. Default: the sender's."
    )


class LimitSchema(Schema):
    """At most `messages` in any `per`; critical ones have as many of their own."""

    messages: int = Field(description="How many messages.", ge=2, examples=[12])
    per: Duration = Field(description="In which time.", examples=["10m"])


class RouteMatchSchema(Schema):
    """What a route takes; every key that is given must fit, an empty one fits everything."""

    watchlists: Names = Field((), description="Ids of watch-lists.")
    severity: tuple[Level, ...] = Field((), description="low, normal, high, critical.")
    tags: tuple[Tag, ...] = Field((), description="Tags of the feed.")
    stances: tuple[Stance, ...] = Field((), description="Stances of the feed.")
    languages: tuple[Language, ...] = Field(
        (), description="Languages of the entry; `zh` stands for both scripts."
    )


class StoryAskedSchema(Schema):
    """What may be asked of a story: whose reporting it is."""

    min_origins: int = Field(
        0,
        ge=0,
        description="Only stories with so many independent origins; outlets that repeat another "
        "one add none.",
        examples=[2],
    )
    state_only: bool | None = Field(
        None,
        description="true: only what nobody but state media has; false: nothing of that.",
        examples=[True],
    )
    state_first: bool | None = Field(
        None,
        description="true: only what state media had first; false: nothing of that.",
        examples=[True],
    )


class RouteMatchWithStorySchema(RouteMatchSchema, StoryAskedSchema):
    """What a route takes, with what may be asked of the story."""

    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = Field(
        ("news",),
        description="Kinds of entries: news, commentary (opinion, analysis), roundup (one entry "
        "about several events). Entries that no route takes go to the digest.",
        examples=[["news", "commentary"]],
    )


class RouteSchema(Schema):
    """Which matches go where; the first that fits wins."""

    name: str = Field("", description="For `routes test` and `why`. Default: route-1, route-2 ...")
    match: RouteMatchWithStorySchema = Field(
        default_factory=RouteMatchWithStorySchema, description="What it takes; {} takes everything."
    )
    send: Names = Field((), description="Names of receivers.")
    continue_: bool = Field(False, alias="continue", description="Look at the next routes as well.")
    group_wait: Duration = Field(
        timedelta(0), description="Wait so long for more reports before the first message."
    )
    quiet_hours: str = Field("", description="The name of quiet hours that hold messages.")
    updates: Literal["thread", "message", "digest", "off"] = Field(
        "thread", description="How later reports of a story come."
    )


class DigestSchema(Schema):
    """A regular summary, sent even when nothing matched."""

    name: Name = Field(description="Its name.", examples=["morning"])
    at: TimesOfDay = Field(
        description="When, in its zone: a time, a list of times, or `hourly`.", examples=["07:30"]
    )
    timezone: Zone | None = Field(None, description="Default: the global `timezone`.")
    days: Days = Field(
        (0, 1, 2, 3, 4, 5, 6), description="Days or spans of days. Default: every day."
    )
    send: Names = Field((), description="Names of receivers.")
    include: Literal["all"] | Names = Field("all", description="Ids of watch-lists, or all.")


class QuietSchema(Schema):
    """A daily span in which some severities are held."""

    days: Days = Field(
        (0, 1, 2, 3, 4, 5, 6), description="On which days it begins. Default: every day."
    )
    from_: TimeOfDay = Field(alias="from", description="When it begins.", examples=["22:30"])
    to: TimeOfDay = Field(description="When it ends, perhaps on the next day.", examples=["06:30"])
    timezone: Zone | None = Field(None, description="Default: the global `timezone`.")
    hold: tuple[Level, ...] = Field(("low", "normal"), description="The severities that wait.")


class SystemSchema(Schema):
    """Trouble with Straitwatch itself: feeds, receivers, dead letters, refused files."""

    send: Names = Field((), description="Names of receivers. Empty: the log and `status` only.")


class CanarySchema(Schema):
    """Proof that alerts would arrive, and an alarm for when nothing can say so any more."""

    every: Pause = Field(timedelta(minutes=15), description="How often.")
    send: Names = Field(
        (), description="Receivers of a synthetic message that takes the way of an alert."
    )
    ping: str = Field(
        "",
        description="An address that is asked for while all is well: a dead man's switch.",
        examples=["${PING_URL}"],
    )


class RetentionSchema(Schema):
    """How long things are kept."""

    entries: Duration = Field(
        timedelta(days=90), description="Entries, stories, and what was sent about them."
    )
    identities: Duration = Field(
        timedelta(days=365),
        description="Identities of entries. Accepted, not acted on in this version.",
    )


class WebSchema(Schema):
    """The status page."""

    listen: Listen = Field("127.0.0.1:8650", description="Address and port; empty text for none.")


class PollingSchema(Schema):
    """How often, and how politely, feeds are polled."""

    interval: Pause = Field(timedelta(minutes=15), description="How often at first; then adapted.")
    min_interval: Pause = Field(timedelta(minutes=2), description="Never more often than this.")
    max_interval: Pause = Field(timedelta(hours=6), description="Never more seldom than this.")
    contact: str = Field("", description="An address for publishers, sent with each request.")
    backfill: Duration = Field(
        timedelta(0),
        description="At first sight of a feed, alert on entries this young; 0h for a silent start.",
    )
    max_age: Duration = Field(
        timedelta(hours=48),
        description="Older entries are no news: they go to the digest, marked late.",
    )
    allow_private_addresses: bool = Field(
        False, description="Let feeds live on loopback and private networks."
    )
    concurrency: int = Field(50, ge=1, le=1000, description="Polls at the same time.")
    per_host: int = Field(2, ge=1, le=50, description="Polls of one host at the same time.")
    timeout: Pause = Field(timedelta(seconds=30), description="For one fetch, all of it.")
    max_bytes: Size = Field(10_000_000, description="The largest document that is read.")


class SilenceSchema(Schema):
    """Matches that alert nobody until a time; they stand in the digest."""

    match: RouteMatchSchema = Field(
        default_factory=RouteMatchSchema,
        description="What is silenced; critical matches only where `severity` names them.",
    )
    until: str = Field(
        description="The end, an ISO date or date-time, in the global `timezone`.",
        examples=["2030-01-31"],
    )
    author: str = Field("", description="Who wants it.")
    reason: str = Field("", description="Why.")


class StoriesSchema(Schema):
    """How reports are compared, and how updates of a story are sent."""

    encoder: Literal["auto", "off"] = Field(
        "auto",
        description="Sentence vectors, which find reports of one event across languages. `auto` "
        "uses them if the extra `languages` is installed and the processor supports it. A change "
        "needs a restart.",
    )
    update_wait: Duration = Field(
        timedelta(minutes=10),
        description="How long updates of one story are collected into one message; 0s sends each "
        "at once. An update that is more severe than everything sent before does not wait.",
    )


class SettingsSchema(Schema):
    """Everything but feeds and watch-lists: where alerts go, when, and how feeds are polled."""

    database: str = Field(
        "sqlite:///data/straitwatch.db",
        description="Where stories and deliveries are kept; or postgresql+psycopg://...",
    )
    timezone: Zone = Field("UTC", description="For times in messages, digests and quiet hours.")
    languages: tuple[Language, ...] = Field(
        (),
        description="Languages that the desk reads, preferred ones first. A story with a report in "
        "one of them is shown under that report's headline, with the original beside it; `zh` "
        "covers both scripts. Default: the headline of the first report.",
        examples=[["en", "zh"]],
    )
    receivers: dict[Name, ReceiverSchema] = Field(
        default_factory=dict, description="Where messages go. `terminal` always exists."
    )
    routes: tuple[RouteSchema, ...] = Field(
        (), description="Who gets what. None: everything goes to the terminal."
    )
    digests: tuple[DigestSchema, ...] = Field((), description="Regular summaries.")
    quiet_hours: dict[Name, QuietSchema] = Field(
        default_factory=dict, description="Named spans that routes refer to."
    )
    system: SystemSchema = Field(
        default_factory=SystemSchema,
        description="Where trouble with Straitwatch itself is reported.",
    )
    canary: CanarySchema | None = Field(
        None, description="A synthetic message and a dead man's switch. Default: none."
    )
    polling: PollingSchema = Field(
        default_factory=PollingSchema, description="How feeds are polled."
    )
    retention: RetentionSchema = Field(
        default_factory=RetentionSchema, description="How long things are kept."
    )
    stories: StoriesSchema = Field(
        default_factory=StoriesSchema,
        description="How reports are compared, and how updates of a story are sent.",
    )
    web: WebSchema = Field(default_factory=WebSchema, description="The status page.")
    silences: tuple[SilenceSchema, ...] = Field(
        (), description="Matches that send no alert for a while; also by command: `silences add`."
    )
    people: dict[Name, Names] = Field(
        default_factory=dict,
        description="Who reads alerts: a name and its receivers, in the order of use. A person "
        "gets one message a story.",
        examples=[{"chen": ["chen-slack", "chen-mail"]}],
    )


# ---------------------------------------------------------------- feeds.yaml


class FeedSchema(Schema):
    """One feed: RSS, Atom, RDF or JSON Feed."""

    name: str = Field(
        min_length=1, description="The outlet, as it stands in alerts.", examples=["CNA"]
    )
    url: str = Field(description="Its address.", examples=["https://example.org/feed.xml"])
    language: Language | None = Field(None, description="BCP 47: en, zh-Hant, zh-Hans, ru ...")
    country: Country | None = Field(None, description="Two capitals, ISO 3166: TW, CN, RU ...")
    kind: str = Field(
        "",
        pattern=r"^[a-z][a-z-]*$|^$",
        description="wire, newspaper, broadcaster, official, state-media, think-tank ...",
    )
    stance: Stance = Field("", description="independent, state, official, party ...")
    tier: int = Field(
        3,
        ge=1,
        le=3,
        description="Rank of the outlet, 1 the highest: alerts show it; it changes nothing else.",
    )
    tags: tuple[Tag, ...] = Field((), description="Words of your own, for routes and watch-lists.")
    about: Names = Field(
        (),
        description="The subject that its headlines leave out: a term set, or a term of one.",
        examples=[["taiwan"]],
    )
    enabled: bool = Field(True, description="false: not polled.")
    interval: Pause | None = Field(
        None, description="A fixed interval. Default: adapted to the feed."
    )
    max_age: Duration | None = Field(
        None, description="Older entries are no news here. Default: `polling.max_age`."
    )
    timezone: Zone | None = Field(None, description="For dates that name no zone. Default: UTC.")
    encoding: str | None = Field(
        None, description="For documents that declare none. Default: detected.", examples=["big5"]
    )
    headers: dict[str, str] = Field(default_factory=dict, description="Sent with each request.")
    full_text: bool = Field(
        False, description="Fetch the pages of entries. Accepted, not acted on in this version."
    )


class FeedsSchema(Schema):
    """The feeds that are polled."""

    feeds: tuple[FeedSchema, ...] = Field((), description="One line for each feed.")


# ---------------------------------------------------------------- terms/ and watchlists/


class TermSetSchema(Schema):
    """Phrases for one idea, in every language; other sets by `$name`."""

    any: Phrases = Field(description="The phrases.", examples=[["PLA", "解放軍"]])
    not_inside: Phrases = Field(
        (),
        description="Longer phrases in which a hit does not count.",
        examples=[["Pro-Life America"]],
    )


def _set_or_list(value: Any) -> Any:
    if isinstance(value, list):
        return {"any": value}
    if value is None or isinstance(value, str):
        raise wrong("a term set is a list of phrases", "write `name: [phrase, phrase]`")
    return value


class PointsSchema(Schema):
    """Points for a query that holds."""

    points: Points = Field(description="How many.", examples=[5])
    when: Phrase = Field(description="The query.", examples=["title:$taiwan AND title:$china"])


class SeveritySchema(StoryAskedSchema):
    """The first line that holds names the severity."""

    level: Level = Field(description="low, normal, high or critical.", examples=["high"])
    when: Phrase | None = Field(None, description="A query. Default: always.")
    min_points: int | None = Field(None, description="Only with so many points. Default: any.")


class SourcesSchema(Schema):
    """Which feeds a list listens to; what is empty excludes nothing."""

    include: Names = Field((), description="Names of feeds: these only.")
    exclude: Names = Field((), description="Names of feeds: not these.")
    tags: tuple[Tag, ...] = Field((), description="Feeds with one of these tags.")
    stances: tuple[Stance, ...] = Field((), description="Feeds with one of these stances.")


class WatchListSchema(Schema):
    """What a desk watches."""

    id: Name = Field(
        description="Its id, stable: routes refer to it.", examples=["strait-crossings"]
    )
    title: str = Field("", description="What people see. Default: the id.")
    enabled: bool = Field(True, description="false: read and checked, but never fires.")
    languages: tuple[Language, ...] = Field((), description="Only these languages. Default: all.")
    countries: tuple[Country, ...] = Field((), description="Only feeds of these countries.")
    sources: SourcesSchema = Field(default_factory=SourcesSchema, description="Only these feeds.")
    fields: tuple[Literal["title", "summary", "content"], ...] = Field(
        ("title", "summary", "content"), description="Where it looks. Default: everywhere."
    )
    threshold: int = Field(10, ge=0, description="Points from which it fires.")
    folding: Literal["recall", "default", "strict"] = Field(
        "default",
        description="How readily reports are taken for one event: recall folds more and alerts "
        "less, strict folds less and alerts more.",
    )
    match: Phrases = Field(
        (), description="Queries; each alone is enough, unless noise outweighs it."
    )
    signals: tuple[PointsSchema, ...] = Field((), description="Queries that add points.")
    noise: tuple[PointsSchema, ...] = Field((), description="Queries that take points away.")
    exclude: Phrases = Field((), description="Queries that rule an entry out.")
    severity: tuple[SeveritySchema, ...] = Field(
        (), description="The first line that holds. Default: normal."
    )
    must_match: Phrases = Field(
        (), description="Headlines that must fire; `title || summary` gives both."
    )
    must_not_match: Phrases = Field((), description="Headlines that must not fire.")


class RulesSchema(Schema):
    """Term sets and watch-lists; any file in terms/ and watchlists/ may hold both."""

    terms: dict[
        Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")],
        Annotated[TermSetSchema, BeforeValidator(_set_or_list)],
    ] = Field(default_factory=dict, description="Named sets of phrases, used as $name.")
    watchlists: tuple[WatchListSchema, ...] = Field((), description="What desks watch.")
