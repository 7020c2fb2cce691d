"""The schema of straitwatch.yaml."""

from typing import Literal, Self

from pydantic import Field, model_validator

from straitwatch.config.labels import Language
from straitwatch.config.scalars import (
    Duration,
    FullTextText,
    HostName,
    Listen,
    Network,
    Pause,
    PublicUrl,
    Size,
    Zone,
    wrong,
)
from straitwatch.config.schemas.base import Name, Names, Schema, default_of
from straitwatch.config.schemas.routing import (
    CanarySchema,
    DigestSchema,
    QuietSchema,
    ReceiverSchema,
    RouteSchema,
    SilenceSchema,
    SystemSchema,
)
from straitwatch.core.model import AlertPolicy, PagePolicy, PollPolicy, Retention, WebAccess

_TOKEN_LENGTH = 16


class RetentionSchema(Schema):
    """How long data is kept."""

    entries: Duration = Field(
        default_of(Retention, "entries_after"),
        description="Age at which entries, their stories and their messages are deleted.",
    )
    identities: Duration = Field(
        default_of(Retention, "identities_after"),
        description="Age at which the identities of entries are deleted. Accepted, not acted on in "
        "this version.",
    )


class WebSchema(Schema):
    """The pages with the news, and who may see them."""

    listen: Listen = Field(
        "127.0.0.1:8650",
        description="Host and port of the pages. An empty text turns them off. Elsewhere than on "
        "loopback, and with `hosts` or `page_url`, the pages need `token` or `user_header`; health "
        "checks and metrics do not.",
    )
    token: str = Field(
        "",
        description="A secret of at least 16 characters, with which people log in. Feed readers "
        "send it as the password. Default: no login.",
        examples=["${STRAITWATCH_WEB_TOKEN:-}"],
    )
    user_header: str = Field(
        "",
        description="Header in which a reverse proxy names the person who logged in. The proxy "
        "must replace the header of every request. Default: none.",
        examples=["X-Forwarded-User"],
    )
    proxies: tuple[Network, ...] = Field(
        default_of(WebAccess, "proxies"),
        description="Addresses or networks of the proxies whose `user_header` counts.",
        examples=[["172.17.0.1"]],
    )
    hosts: tuple[HostName, ...] = Field(
        (),
        description="Host names under which the page is served, for example behind a proxy. "
        "Requests to other names are refused; `localhost` and addresses are always answered.",
        examples=[["straitwatch.example.org"]],
    )
    public_url: PublicUrl = Field(
        "",
        description="Address under which hubs reach this server from the Internet. It turns on "
        "pushes (WebSub). Only paths below `/push/` need to be public. Default: no pushes.",
    )

    page_url: PublicUrl = Field(
        "",
        description="Address under which readers open the pages. Mails then have links to mute, "
        "mark, split, merge and snooze, and messages of Slack webhooks a link to the story. "
        "Default: no links.",
    )

    @model_validator(mode="after")
    def _has_a_long_token(self) -> Self:
        if self.token and len(self.token) < _TOKEN_LENGTH:
            raise wrong("the token is too short", "make one: `openssl rand -hex 16`")
        return self

    @model_validator(mode="after")
    def _has_a_server(self) -> Self:
        for key in ("public_url", "page_url"):
            if getattr(self, key) and not self.listen:
                raise wrong(f"{key} needs a web server", f"set listen too, or remove {key}")
        return self


class PollingSchema(Schema):
    """How often feeds are polled, and how politely."""

    interval: Pause = Field(
        default_of(PollPolicy, "interval"),
        description="Average interval between two polls of a feed. A new feed starts with it; then "
        "busy feeds and feeds that match are polled more often, and others less.",
    )
    min_interval: Pause = Field(
        default_of(PollPolicy, "min_interval"),
        description="Shortest interval between two polls of a feed. With the value of `interval`, "
        "all feeds keep that interval.",
    )
    max_interval: Pause = Field(
        default_of(PollPolicy, "max_interval"),
        description="Longest interval between two polls of a failing feed. Other feeds are polled "
        "after four times `interval` at the latest.",
    )
    contact: str = Field(
        default_of(PollPolicy, "contact"),
        description="Your email or web address, sent to publishers with each request.",
    )
    backfill: Duration = Field(
        default_of(AlertPolicy, "backfill"),
        description="Age up to which entries send alerts at the first fetch of a feed. `0s`: none "
        "of them does.",
    )
    max_age: Duration = Field(
        default_of(AlertPolicy, "max_age"),
        description="Age from which a new entry sends no alert. It goes to the digest, marked as "
        "late.",
    )
    allow_private_addresses: bool = Field(
        default_of(PollPolicy, "allow_private_addresses"),
        description="true: feeds may be on loopback and private networks.",
    )
    concurrency: int = Field(
        default_of(PollPolicy, "concurrency"),
        ge=1,
        le=1000,
        description="Feeds that may be fetched at the same time. Feeds whose last fetch was slow "
        "may use a quarter of these places.",
    )
    per_host: int = Field(
        default_of(PollPolicy, "per_host"),
        ge=1,
        le=50,
        description="Feeds of one host that may be fetched at the same time. Feeds whose last "
        "fetch was slow may use half of these places.",
    )
    spacing: Duration | None = Field(
        default_of(PollPolicy, "spacing"),
        description="Shortest time between the starts of two fetches from one host. Default: "
        "`1s`, but `0s` for servers on this computer.",
    )
    timeout: Pause = Field(
        default_of(PollPolicy, "timeout"),
        description="Time limit of one fetch, redirects and body included.",
    )
    max_bytes: Size = Field(
        default_of(PollPolicy, "max_bytes"),
        description="Size limit of a feed document, after decompression: bytes, or a number with "
        "`kB` or `MB`.",
    )
    proxy: str = Field(
        "",
        description="HTTP proxy of requests for feeds and pages, and of `canary.ping`. Default: "
        "`http_proxy`, `https_proxy` and `no_proxy` of the environment; `none` ignores these. "
        "Messages to receivers always use the environment.",
        examples=["http://user:${PROXY_PASSWORD}@proxy.example:3128", "none"],
    )


class PagesSchema(Schema):
    """Which pages of entries are fetched. robots.txt is always respected."""

    full_text: FullTextText = Field(
        default_of(PagePolicy, "full_text"),
        description="When the page of a new entry is fetched, so that lists can match the text of "
        "the article: `auto` (title and summary are too short to decide, or a list nearly fires), "
        "`always` (no list fires) or `never`. A feed can set its own.",
    )
    watch_edits: Duration = Field(
        default_of(PagePolicy, "watch_edits"),
        description="Period in which the pages of alerted stories are looked at again, so that a "
        "changed headline, a changed key sentence, a correction or a removal is an update. At most "
        "`72h`; `0s` turns it off.",
    )
    per_hour: int = Field(
        default_of(PagePolicy, "per_hour"),
        ge=1,
        le=10_000,
        description="Pages that are fetched in an hour.",
    )
    per_host: int = Field(
        default_of(PagePolicy, "per_host"),
        ge=1,
        le=1_000,
        description="Pages of one host that are fetched in an hour.",
    )


class StoriesSchema(Schema):
    """How reports are compared, and how the updates of a story are sent."""

    encoder: Literal["auto", "off"] = Field(
        "auto",
        description="Sentence vectors, which find reports of one event across languages. `auto` "
        "uses them if the extra `languages` is installed and the processor supports it. A change "
        "needs a restart.",
    )
    update_wait: Duration = Field(
        default_of(AlertPolicy, "update_wait"),
        description="Period in which the updates of one story are collected into one message. "
        "`0s` sends each at once. An update that is more severe than every message about the story "
        "does not wait.",
    )


class SettingsSchema(Schema):
    """Everything but feeds and watch-lists: where alerts go, when, and how feeds are polled."""

    database: str = Field(
        "sqlite:///data/straitwatch.db",
        description="URL of the database: SQLite, or `postgresql+psycopg://...`. The path of an "
        "SQLite file begins at the configuration directory, unless it is absolute: `sqlite:////`.",
    )
    timezone: Zone = Field(
        default_of(AlertPolicy, "timezone"),
        description="Time zone of messages, and of digests and quiet hours that name none.",
    )
    languages: tuple[Language, ...] = Field(
        default_of(AlertPolicy, "languages"),
        description="Languages that the desk reads, preferred ones first. A story with a report in "
        "one of them is shown under that report's headline, with the original beside it; `zh` "
        "covers both scripts. Default: the headline of the first report.",
        examples=[["en", "zh"]],
    )
    receivers: dict[Name, ReceiverSchema] = Field(
        default_factory=dict,
        description="Destinations of messages by name. `terminal` always exists.",
    )
    routes: tuple[RouteSchema, ...] = Field(
        default_of(AlertPolicy, "routes"),
        description="Routes from matches to receivers. Without any, every alert goes to all "
        "receivers, or to the terminal if there are none.",
    )
    digests: tuple[DigestSchema, ...] = Field(
        default_of(AlertPolicy, "digests"), description="Regular summaries."
    )
    quiet_hours: dict[Name, QuietSchema] = Field(
        default_factory=dict, description="Daily quiet periods by name, for use in routes."
    )
    system: SystemSchema = Field(
        default_factory=SystemSchema, description="Receivers of notices about Straitwatch itself."
    )
    canary: CanarySchema | None = Field(
        None, description="A synthetic message and a dead man's switch. Default: none."
    )
    polling: PollingSchema = Field(
        default_factory=PollingSchema, description="How often feeds are polled, and how politely."
    )
    pages: PagesSchema = Field(
        default_factory=PagesSchema, description="Which pages of entries are fetched."
    )
    retention: RetentionSchema = Field(
        default_factory=RetentionSchema, description="How long data is kept."
    )
    stories: StoriesSchema = Field(
        default_factory=StoriesSchema,
        description="How reports are compared, and how the updates of a story are sent.",
    )
    web: WebSchema = Field(default_factory=WebSchema, description="The pages with the news.")
    silences: tuple[SilenceSchema, ...] = Field(
        default_of(AlertPolicy, "silences"),
        description="Matches that send no alert for a while. `silences add` makes them by command.",
    )
    people: dict[Name, Names] = Field(
        default_factory=dict,
        description="People by name, each with their receivers in order of preference. A person "
        "gets one message per story.",
        examples=[{"chen": ["chen-slack", "chen-mail"]}],
    )
