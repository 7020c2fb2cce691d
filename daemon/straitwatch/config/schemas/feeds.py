"""The schema of feeds.yaml."""

from pydantic import Field

from straitwatch.config.labels import Country, Language, Stance, Tag
from straitwatch.config.scalars import Duration, FullTextText, Pause, Zone
from straitwatch.config.schemas.base import Names, Schema, default_of
from straitwatch.core.model import Feed


class FeedSchema(Schema):
    """One feed: RSS, Atom, RDF or JSON Feed."""

    name: str = Field(
        min_length=1, description="Name of the outlet as alerts show it.", examples=["CNA"]
    )
    url: str = Field(description="Address of the feed.", examples=["https://example.org/feed.xml"])
    language: Language | None = Field(
        None,
        description="Language of entries that declare none, in BCP 47: en, zh-Hant, ru. Default: "
        "the language that the document declares.",
    )
    country: Country | None = Field(
        None, description="Country of the outlet: two capitals, ISO 3166, such as TW, CN or RU."
    )
    kind: str = Field(
        default_of(Feed, "kind"),
        pattern=r"^[a-z][a-z-]*$|^$",
        description="Kind of outlet: wire, newspaper, broadcaster, official, state-media, "
        "think-tank ...",
    )
    stance: Stance = Field(
        default_of(Feed, "stance"),
        description="Stance of the outlet: independent, state, official, party ...",
    )
    tier: int = Field(
        default_of(Feed, "tier"),
        ge=1,
        le=3,
        description="Rank of the outlet, from 1 (highest) to 3. Alerts show it; it has no other "
        "effect.",
    )
    tags: tuple[Tag, ...] = Field(
        default_of(Feed, "tags"), description="Labels of your own, for routes and watch-lists."
    )
    about: Names = Field(
        default_of(Feed, "about"),
        description="Subject that the headlines leave out: a term set, or a term of one.",
        examples=[["taiwan"]],
    )
    enabled: bool = Field(default_of(Feed, "enabled"), description="false: the feed is not polled.")
    interval: Pause | None = Field(
        default_of(Feed, "interval"),
        description="Fixed interval between two polls. Default: adapted to the feed.",
    )
    max_age: Duration | None = Field(
        default_of(Feed, "max_age"),
        description="Age from which a new entry of this feed sends no alert. Default: "
        "`polling.max_age`.",
    )
    timezone: Zone | None = Field(
        default_of(Feed, "timezone"),
        description="Time zone of dates that name none. Default: UTC.",
    )
    encoding: str | None = Field(
        default_of(Feed, "encoding"),
        description="Encoding of documents that declare none. Default: detected.",
        examples=["big5"],
    )
    headers: dict[str, str] = Field(
        default_factory=dict, description="HTTP headers sent with each request."
    )
    full_text: FullTextText | None = Field(
        default_of(Feed, "full_text"),
        description="Whether the pages of this feed's new entries are fetched and matched: `auto`, "
        "`always` or `never`; true means always, false never. Default: `pages.full_text`.",
    )


class FeedsSchema(Schema):
    """The feeds that are polled."""

    feeds: tuple[FeedSchema, ...] = Field((), description="The feeds, one item each.")
