"""Compiles a beat's sources, aliases and common words for use on the texts of entries."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from straitwatch.core.beat import Beat
from straitwatch.core.cluster import FeatureReader, Lexicon
from straitwatch.core.han import one_script
from straitwatch.core.model import Feed
from straitwatch.core.origin import Outlets, Sources, outlets_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledBeat:
    """The names and common words of a beat, and the outlets of its sources and feeds."""

    lexicon: Lexicon
    reader: FeatureReader
    outlets: Outlets

    def with_feeds(self, feeds: Iterable[Feed]) -> "CompiledBeat":
        """Return the same beat with the outlets of other feeds."""
        return replace(self, outlets=outlets_of(feeds, self.outlets.sources))


def compile_beat(beat: Beat, feeds: Iterable[Feed] = ()) -> CompiledBeat:
    """Compile a beat for a configuration; its indexes are built when they are first used."""
    lexicon = Lexicon(beat, one_script())
    return CompiledBeat(
        lexicon=lexicon,
        reader=FeatureReader(lexicon),
        outlets=outlets_of(feeds, Sources(beat.sources)),
    )
