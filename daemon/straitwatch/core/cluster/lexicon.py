"""Compiles the names and common words of a beat for the comparison of reports."""

from collections.abc import Mapping
from functools import cached_property

from straitwatch.core.beat import Beat, NameKind
from straitwatch.core.cluster.names import NameFinder
from straitwatch.core.cluster.text import terms

_COMMON = 0.05  # a name in a larger share of reports is no evidence of an event


class Lexicon:
    """Names and common words of a beat; each index is built when it is first used."""

    def __init__(self, beat: Beat, characters: Mapping[int, int] | None = None) -> None:
        """`characters` replaces code points, such as traditional Han by simplified ones."""
        self.beat = beat
        self.characters = dict(characters or {})

    def is_same(self, other: "Lexicon") -> bool:
        """Return True if both have the same names and words."""
        return self is other or (self.beat == other.beat and self.characters == other.characters)

    @cached_property
    def finder(self) -> NameFinder:
        """Finds the beat's names in texts."""
        return NameFinder(self.beat.aliases, self.characters)

    @cached_property
    def word_shares(self) -> Mapping[str, float]:
        """The assumed share of reports that contain each term.

        A new list has no reports yet that show how common a term such as "Taiwan" is, so it starts
        with these shares (docs/adr/0005).
        """
        return {
            term: common.share
            for common in reversed(self.beat.common)
            for term in terms(" ".join(common.words))
        }

    @cached_property
    def name_shares(self) -> Mapping[str, float]:
        """The assumed share of reports that contain each name: that of its rarest word."""
        shares = self.word_shares
        names = (name for group in self.beat.aliases for name in group.names)
        return {
            f"@{name}": min((shares.get(term, 0.0) for term in terms(name)), default=0.0)
            for name in names
        }

    @cached_property
    def common_names(self) -> frozenset[str]:
        """The names that are too common in reports to be evidence of an event."""
        return frozenset(name for name, share in self.name_shares.items() if share >= _COMMON)

    @cached_property
    def offices(self) -> frozenset[str]:
        """The names of bodies that every country has."""
        return self.beat.names(NameKind.OFFICE)

    @cached_property
    def media(self) -> frozenset[str]:
        """The names of bodies that report and are not parties to an event."""
        return self.beat.names(NameKind.MEDIA)

    def are_distinctive(self, names: tuple[str, ...], *, least: int) -> bool:
        """Return True if at least this number of names is not common to the beat."""
        return sum(name not in self.common_names for name in names) >= least
