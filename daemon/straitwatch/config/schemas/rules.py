"""The schema of the files in terms/ and watchlists/."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from straitwatch.config.labels import Country, Language, Stance, Tag
from straitwatch.config.scalars import FullTextText, Phrase, wrong
from straitwatch.config.schemas.base import (
    Level,
    Name,
    Names,
    Phrases,
    Schema,
    StoryConditionsSchema,
    default_of,
)
from straitwatch.core.model import SeverityRule, SourceFilter, TermSet, WatchList

Points = Annotated[int, Field(ge=0, le=1000)]


class TermSetSchema(Schema):
    """Phrases for one idea, in every language. `$name` includes another set."""

    any: Phrases = Field(
        description="Phrases, each of which is a hit.", examples=[["PLA", "解放軍"]]
    )
    not_inside: Phrases = Field(
        default_of(TermSet, "not_inside"),
        description="Longer phrases inside which a hit does not count.",
        examples=[["Pro-Life America"]],
    )
    languages: tuple[Language, ...] = Field(
        default_of(TermSet, "languages"),
        description=(
            "Its phrases count only in texts in these languages; "
            "named sets (`$name`) keep their own. Default: all."
        ),
        examples=[["ja"]],
    )


def _set_or_list(value: Any) -> Any:
    if isinstance(value, list):
        return {"any": value}
    if value is None or isinstance(value, str):
        raise wrong("a term set is a list of phrases", "write `name: [phrase, phrase]`")
    return value


class PointsSchema(Schema):
    """A query and its points."""

    points: Points = Field(
        description="Points that the query is worth when it holds, from 0 to 1000.", examples=[5]
    )
    when: Phrase = Field(
        description="Query that must hold.", examples=["title:$taiwan AND title:$china"]
    )


class SeveritySchema(StoryConditionsSchema):
    """A severity and its conditions. The first item whose conditions all hold wins."""

    level: Level = Field(description="Severity of the match.", examples=["high"])
    when: Phrase | None = Field(
        default_of(SeverityRule, "when"), description="Query that must hold. Default: none."
    )
    min_points: int | None = Field(
        default_of(SeverityRule, "min_points"),
        description="Points that the entry must have. Default: any number.",
    )


class SourcesSchema(Schema):
    """Conditions on the feed, all of which must hold. An empty one always holds."""

    include: Names = Field(
        default_of(SourceFilter, "include"), description="Names of feeds: only these."
    )
    exclude: Names = Field(
        default_of(SourceFilter, "exclude"), description="Names of feeds: all but these."
    )
    tags: tuple[Tag, ...] = Field(
        default_of(SourceFilter, "tags"), description="Only feeds with one of these tags."
    )
    stances: tuple[Stance, ...] = Field(
        default_of(SourceFilter, "stances"), description="Only feeds with one of these stances."
    )


class WatchListSchema(Schema):
    """One subject that the desk watches."""

    id: Name = Field(
        description="Stable id that routes and commands refer to.", examples=["strait-crossings"]
    )
    title: str = Field("", description="Title in messages. Default: the id.")
    enabled: bool = Field(
        default_of(WatchList, "enabled"),
        description="false: the list is checked but matches no entry.",
    )
    languages: tuple[Language, ...] = Field(
        default_of(WatchList, "languages"),
        description="Only entries in these languages; `zh` covers both scripts. Default: all.",
    )
    countries: tuple[Country, ...] = Field(
        default_of(WatchList, "countries"),
        description="Only feeds of these countries. Default: all.",
    )
    sources: SourcesSchema = Field(
        default_factory=SourcesSchema, description="Only feeds that meet these conditions."
    )
    fields: tuple[Literal["title", "summary", "content"], ...] = Field(
        default_of(WatchList, "fields"),
        description="Parts of an entry that are searched. Default: all three.",
    )
    threshold: int = Field(
        default_of(WatchList, "threshold"),
        ge=0,
        description="Points from which an entry matches.",
    )
    folding: Literal["recall", "default", "strict"] = Field(
        default_of(WatchList, "folding"),
        description="How readily two reports count as one event: `recall` joins more reports and "
        "alerts less, `strict` joins fewer and alerts more.",
    )
    full_text: FullTextText = Field(
        default_of(WatchList, "full_text"),
        description="Whether the text of fetched pages is matched: `auto` (the page is fetched if "
        "title and summary are too short, or nearly match), `always` (of every new entry) or "
        "`never`. A feed's `never` comes first.",
    )
    match: Phrases = Field(
        default_of(WatchList, "match"),
        description="Queries, each of which reaches the threshold by itself, unless noise "
        "outweighs it.",
    )
    signals: tuple[PointsSchema, ...] = Field(
        default_of(WatchList, "signals"), description="Queries that add points."
    )
    noise: tuple[PointsSchema, ...] = Field(
        default_of(WatchList, "noise"), description="Queries that subtract points."
    )
    exclude: Phrases = Field(
        default_of(WatchList, "exclude"),
        description="Queries, each of which rejects an entry, whatever its points.",
    )
    severity: tuple[SeveritySchema, ...] = Field(
        default_of(WatchList, "severity"),
        description="Severities with conditions, the first of which holds. Default: normal.",
    )
    must_match: Phrases = Field(
        default_of(WatchList, "must_match"),
        description="Example headlines that must match; `title || summary` gives both.",
    )
    must_not_match: Phrases = Field(
        default_of(WatchList, "must_not_match"),
        description="Example headlines that must not match.",
    )


class RulesSchema(Schema):
    """Term sets and watch-lists. A file in terms/ or watchlists/ may hold both."""

    terms: dict[
        Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")],
        Annotated[TermSetSchema, BeforeValidator(_set_or_list)],
    ] = Field(default_factory=dict, description="Term sets by name, used in queries as `$name`.")
    watchlists: tuple[WatchListSchema, ...] = Field((), description="Watch-lists.")
