"""Defines the knowledge of a beat as plain values: sources, aliases and common words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class NameKind(StrEnum):
    """Kinds of names, which the comparison of reports treats differently."""

    COUNTRY = "country"
    CAPITAL = "capital"  # speaks for its country
    PLACE = "place"
    PERSON = "person"  # an official
    POLITICIAN = "politician"  # without an office, or out of it
    BODY = "body"
    MEDIA = "media"  # a body that reports and is not a party to an event
    SYSTEM = "system"
    EXERCISE = "exercise"
    PARTY = "party"
    OFFICE = "office"  # a body that every country has
    THING = "thing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An outlet or institute whose reporting others repeat."""

    name: str
    spellings: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasGroup:
    """Names of one kind; people and bodies speak for their `side` if it is set."""

    kind: NameKind
    side: str = ""
    names: Mapping[str, tuple[str, ...]]  # other spellings by the displayed name

    def spellings(self) -> Iterator[tuple[str, str]]:
        """Yield each displayed name with each of its spellings."""
        for name, others in self.names.items():
            yield from ((name, spelling) for spelling in (name, *others))


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonWords:
    """Words that occur in about this share of the beat's reports."""

    share: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """The files under `config/beat/` as one value."""

    sources: tuple[Source, ...] = ()
    aliases: tuple[AliasGroup, ...] = ()
    common: tuple[CommonWords, ...] = ()
    no_voice: frozenset[str] = frozenset()  # offices that are often named without speaking
    short_countries: Mapping[str, str] = field(default_factory=dict)  # countries by a Han sign

    def names(self, kind: NameKind) -> frozenset[str]:
        """Return the names of one kind."""
        groups = (group for group in self.aliases if group.kind is kind)
        return frozenset(name for group in groups for name in group.names)
