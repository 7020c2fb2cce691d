"""Defines the schema of each file in beat/: every key with its meaning and its default."""

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, WithJsonSchema

from straitwatch.config.scalars import Phrase, wrong
from straitwatch.config.schemas import Phrases, Schema
from straitwatch.core.beat import NameKind

_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_RESERVED = re.compile(r"[,;@?>]")  # separates names in stored reports


def _site(value: Any) -> str:
    text = str(value or "").strip().lower()
    host = (urlsplit(text).hostname or "") if "://" in text else text.partition("/")[0]
    host = host.removeprefix("www.")
    if not _HOST.fullmatch(host):
        raise wrong(f"not a site: {value}", "write the host, such as reuters.com")
    if host != text:
        raise wrong(f"not just a host: {value}", f"did you mean `{host}`?")
    return host


def _share(value: Any) -> float:
    try:
        share = float(value)
    except (TypeError, ValueError):
        share = 0.0
    if not 0 < share < 1:
        raise wrong(f"not a share: {value}", "write a number between 0 and 1, such as 0.25")
    return share


def _name(value: Any) -> str:
    if found := _RESERVED.search(str(value)):
        raise wrong(f"a name cannot hold `{found[0]}`: {value}", "remove the character")
    return str(value)


def _absent_is_empty(value: Any) -> Any:
    return () if value is None else value


Site = Annotated[
    str, BeforeValidator(_site), WithJsonSchema({"type": "string", "examples": ["reuters.com"]})
]
Share = Annotated[
    float,
    BeforeValidator(_share),
    WithJsonSchema(
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "examples": [0.25]}
    ),
]
Kind = Annotated[
    NameKind, WithJsonSchema({"type": "string", "enum": [kind.value for kind in NameKind]})
]
Name = Annotated[str, BeforeValidator(_name), Field(min_length=1)]
Spellings = Annotated[
    tuple[Phrase, ...],
    BeforeValidator(_absent_is_empty),
    WithJsonSchema({"type": ["array", "null"], "items": {"type": ["string", "number", "boolean"]}}),
]


class SourceSchema(Schema):
    """An outlet or institute whose reporting others repeat."""

    name: Name = Field(description="The name that alerts show.", examples=["Reuters"])
    spellings: Phrases = Field(
        (),
        description="How others write it, in any language and exactly as written: capitals count. "
        "Cases of Russian and Ukrainian names are added.",
    )
    sites: tuple[Site, ...] = Field(
        (), description="Hosts where it publishes; their subdomains count too."
    )


class SourcesSchema(Schema):
    """The outlets and institutes that reports name as their sources."""

    sources: tuple[SourceSchema, ...] = Field((), description="The sources, in any order.")


class AliasGroupSchema(Schema):
    """Names of one kind and, where it has one, of one side."""

    kind: Kind = Field(
        description="How the names count when two reports are compared.", examples=["person"]
    )
    side: str = Field(
        "",
        description="The country that these people or bodies speak for. Without one, each speaks "
        "for itself.",
    )
    names: dict[Name, Spellings] = Field(
        default_factory=dict,
        description="Each name that alerts show, with its other spellings in all languages.",
    )


class AliasesSchema(Schema):
    """The people, places and things of the beat, with their names in the desk's languages."""

    aliases: tuple[AliasGroupSchema, ...] = Field(
        (), description="Groups of names; a kind may have several groups."
    )
    no_voice: Phrases = Field(
        (),
        description="Offices and bodies that are named whenever others visit or meet there: being "
        "named is no statement of theirs.",
    )
    short_countries: dict[str, str] = Field(
        default_factory=dict,
        description="Countries by the sign that abbreviates them at the beginning of a Chinese or "
        "Japanese headline.",
    )


class CommonWordsSchema(Schema):
    """Words that about the same share of the reports hold."""

    share: Share = Field(description="A rough share of the reports.", examples=["0.25"])
    words: Phrases = Field((), description="The words, in all languages.")


class CommonSchema(Schema):
    """The words that many reports of the beat hold, for lists that have no counts of their own."""

    common: tuple[CommonWordsSchema, ...] = Field((), description="The highest share first.")
