"""The features of a report, and the story it belongs to."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from straitwatch.core.model.entry import EntryKind, SignalKind


class Relation(StrEnum):
    """The relation of a report to earlier ones; the values are part of `cluster --json`."""

    NEW = "new"
    SAME_ENTRY = "same_entry"
    DUPLICATE = "duplicate"
    SAME_EVENT = "same_event"


class LinkKind(StrEnum):
    """An operator's decision about two reports."""

    MUST_LINK = "must_link"
    CANNOT_LINK = "cannot_link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """The meaning of a sentence in one model's vector space; see `core.vectors`."""

    model: str  # vectors of two models are never compared
    values: bytes = field(repr=False)  # int8


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """The content of a report in the form that folding compares: made once, then stored."""

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
        """Write the story, the score and the common names."""
        return f"possibly related to {self.story_id}, {self.score:.2f}: {', '.join(self.names)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Novelty:
    """The news of a report, compared with everything sent about its story."""

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
        """Write the news in words: "denial; MND speaks for the first time; figures: 57"."""
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
        """Return the values without the obvious ones."""
        return tuple(value for value in values if value not in self.unsaid)


NO_NOVELTY = Novelty()


BY_HAND: Final = "by-hand"  # the reason of a fold that a person decided


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryConstraint:
    """An operator's decision that two reports, named by their entries, share a story or not."""

    report_a: str
    report_b: str
    kind: LinkKind
    made_at: datetime
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """The story of a report, and the reason."""

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
        """Write the reason with its figures: "same-event 0.41 >= 0.24: taiwan, drill"."""
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
