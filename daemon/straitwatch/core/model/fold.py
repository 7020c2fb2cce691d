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
    """The features that folding compares, computed once for each report and then stored."""

    entry_id: str
    seen_at: datetime
    title: str  # cleaned; Chinese in simplified characters
    canonical_url: str = ""
    site: str = ""  # host of the canonical address, or the outlet if there is none
    outlet: str = ""
    published_at: datetime | None = None  # not stored: set only while the report is new
    language: str = ""  # primary subtag: en, zh, ja ...
    watchlists: tuple[str, ...] = ()
    title_terms: tuple[str, ...] = ()  # stems, bigrams
    lead_terms: tuple[str, ...] = ()
    title_names: tuple[str, ...] = ()  # people, places and things: ids shared by all languages
    lead_names: tuple[str, ...] = ()
    lead_head: str = ""  # the beginning of the text under the headline
    lead_figures: str = ""  # all figures of that text, in order
    lead_digest: str = ""
    figures: tuple[str, ...] = ()  # quantities in the title
    facts: str = ""  # the facts that it states: see core.cluster.facts
    kind: EntryKind = EntryKind.NEWS
    signals: tuple[SignalKind, ...] = ()  # in the title
    vector: Vector | None = None  # None: no encoder was available


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """A story in another language that may be about the same event; shown, not joined."""

    story_id: str
    score: float
    names: tuple[str, ...]  # the people, places and things that both name

    def __str__(self) -> str:
        return f"possibly related to {self.story_id}, {self.score:.2f}: {', '.join(self.names)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Novelty:
    """The news of a report, compared with everything sent about its story."""

    signals: tuple[SignalKind, ...] = ()  # it corrects, denies, ends ...
    voices: tuple[str, ...] = ()  # officials and bodies that speak for the first time
    sides: tuple[str, ...] = ()  # countries that act or speak for the first time
    acts: tuple[str, ...] = ()  # deeds that no sent report mentions, such as a detention
    opposites: tuple[str, ...] = ()  # contradictions of sent reports: "end, not begin"
    names: tuple[str, ...] = ()  # shown, but no reason for an update by themselves
    figures: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()  # not shown: media, and names in a sent headline

    @property
    def is_development(self) -> bool:
        """True if the report adds something that a desk must know."""
        return bool(self.signals or self.voices or self.sides or self.acts or self.opposites)

    def __str__(self) -> str:
        """Write the news in words: "denial; MND speaks for the first time; figures: 57"."""
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
        news = [*self.signals, *spoken, *sides, *said]
        alone = [] if self.is_development or not news else ["too little for an update"]
        return "; ".join([*news, *alone])

    def shown(self, values: Iterable[str]) -> tuple[str, ...]:
        """Return the values that messages show: all but those in `unsaid`."""
        return tuple(value for value in values if value not in self.unsaid)


NO_NOVELTY = Novelty()


# Reasons of folds that do not compare texts
BY_HAND: Final = "by-hand"  # a person decided
SAME_GUID: Final = "same-guid"  # an edit of a stored entry
RETURNED: Final = "returned"  # a page that was reported long ago under the same title


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
    evidence: tuple[str, ...] = ()  # shared terms, or other signs that decided
    related: Related | None = None  # only of a new story
    is_probable: bool = False  # the score is near the threshold: perhaps another event
    usual: float = 0.0  # best score in the report's language; thresholds depend on it
    novelty: Novelty = NO_NOVELTY  # compared with the messages about the story
    # The same outlet published it before. Not stored, so it is left out of comparisons.
    is_own_repeat: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        """Write the reason with its figures: "same-event 0.41 >= 0.24: taiwan, drill"."""
        text = self.reason
        if self.reason == BY_HAND:
            return text  # the figures are those of the fold that a person overruled
        if self.threshold:
            sign = "<" if self.relation is Relation.NEW else ">="
            digits = 2 if abs(self.score - self.threshold) >= 0.01 else 4  # noqa: PLR2004
            text += f" {self.score:.{digits}f} {sign} {self.threshold:.{digits}f}"
        elif self.score:
            text += f" {self.score:.2f}"
        if self.evidence:
            text += f": {', '.join(term.removeprefix('@') for term in self.evidence)}"
        elif self.relation is Relation.SAME_EVENT and self.threshold:
            text += ": by meaning"  # the texts have no word or name in common
        return f"{text}; {self.related}" if self.related else text
