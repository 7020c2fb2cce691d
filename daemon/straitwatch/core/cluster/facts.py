"""Compares the facts of reports, and describes their differences.

Facts are figures with the things that they count, dates, names, actions and speakers, as short
strings that do not depend on the language. They are stored with a report. Two reports with similar
words but different facts are kept apart.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import IntEnum, StrEnum
from itertools import product

from straitwatch.core.cluster.actions import SPEAKING
from straitwatch.core.cluster.acts import contrary, denies, follows
from straitwatch.core.cluster.lexicon import Lexicon

NAMED = frozenset(
    ("person", "politician", "body", "place", "system", "exercise", "country", "party")
)
_LABEL = re.compile(r"([^@?>]+)([@?>]?)(.*)")
_APART = NAMED - {"body", "party"}


class Kind(StrEnum):
    """Kinds of differences between two reports."""

    OPPOSITE = "opposite"  # rejects and approves, meets and does not meet
    STEP = "step"  # begins and ends: the same event, later
    CORRECTION = "correction"
    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    PARTY = "party"  # who speaks
    ACTOR = "actor"  # each report names another country first, and nowhere that of the other one
    SUBJECT = "subject"  # the actor differs: often one event from two sides


class Strength(IntEnum):
    """The effect of a difference on folding."""

    DISTINCTION = 1  # perhaps another event
    STEP = 2  # perhaps the same event, but another text with news
    CONTRADICTION = 3  # neither the same text nor the same event


_NOT_EDITED = frozenset((Kind.NUMBER, Kind.DATE, Kind.NAME, Kind.PARTY, Kind.ACTOR))


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact that two reports state differently."""

    kind: Kind
    strength: Strength
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The facts of a report."""

    figures: frozenset[str] = frozenset()  # "missile:120"
    dates: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()  # in the title: "person:Takaichi"
    mentions: frozenset[str] = frozenset()  # in the lead
    acts: frozenset[str] = frozenset()  # "-meet", "end@drill", "end?ship", "reject>demand"
    speakers: frozenset[str] = frozenset()  # before or after a colon
    subject: frozenset[str] = frozenset()
    voices: frozenset[str] = frozenset()  # officials and bodies among the speakers, by name
    countries: frozenset[str] = frozenset()  # in the title, also by their capital

    def to_text(self) -> str:
        """Return the facts as one short string."""
        return ";".join(",".join(sorted(getattr(self, field.name))) for field in fields(self))

    @classmethod
    def from_text(cls, text: str) -> "Facts":
        """Parse the result of `to_text`."""
        parts = [frozenset(filter(None, part.split(","))) for part in text.split(";")]
        return cls(**{field.name: part for field, part in zip(fields(cls), parts, strict=False)})


@dataclass(slots=True)
class _Things:
    """The objects of an action, and the things before it, which may be its agents."""

    objects: set[str] = field(default_factory=set)
    possible_agents: set[str] = field(default_factory=set)


def differences(a: Facts, b: Facts, lexicon: Lexicon) -> tuple[Difference, ...]:
    """Return the facts that two reports state differently, the strongest difference first."""
    found = (
        *_other_acts(a, b),
        *_corrections(a.acts, b.acts),
        *_other_values(Kind.NUMBER, _by_class(a.figures), _by_class(b.figures)),
        *_other_values(Kind.DATE, _by_class(a.dates), _by_class(b.dates)),
        *_other_names(a, b),
        *_other_parties(a, b, lexicon.offices),
    )
    return tuple(sorted(set(found), key=_sort_key))


def _sort_key(difference: Difference) -> tuple[int, str, str]:
    return -difference.strength, difference.kind, difference.ours


def _other_acts(a: Facts, b: Facts) -> Iterator[Difference]:
    """Compare actions; a difference is weaker if their objects differ."""
    yield from _answers(a.acts, b.acts)
    for answer in _answers(b.acts, a.acts):
        yield replace(answer, ours=answer.theirs, theirs=answer.ours)
    first, second = _by_act(a.acts), _by_act(b.acts)
    for ours, theirs in product(first.keys() - second.keys(), second.keys() - first.keys()):
        is_one = _is_one_thing(first[ours], second[theirs])
        if (found := _compare_acts(ours, theirs, is_one=is_one)) is not None:
            yield Difference(*found, ours, theirs)


def _compare_acts(ours: str, theirs: str, *, is_one: bool) -> tuple[Kind, Strength] | None:
    """Compare two actions; `is_one` says if they may have the same object."""
    if denies(ours, theirs) or contrary(ours, theirs):
        return Kind.OPPOSITE, Strength.CONTRADICTION if is_one else Strength.DISTINCTION
    if follows(ours, theirs):
        return Kind.STEP, Strength.STEP if is_one else Strength.DISTINCTION
    return None


def _is_one_thing(ours: _Things, theirs: _Things) -> bool:
    """Return True if two actions may have the same object; most objects are not in a table."""
    if not ours.objects or not theirs.objects:
        return True
    return not (ours.objects | ours.possible_agents).isdisjoint(
        theirs.objects | theirs.possible_agents
    )


def _answers(a: frozenset[str], b: frozenset[str]) -> Iterator[Difference]:
    """Yield the actions of `a` that answer one of `b`: "rejects the demand" answers "demands"."""
    for answer in a - b:
        act, _, about = answer.partition(">")
        if about and about in b and contrary(act, about):
            yield Difference(Kind.OPPOSITE, Strength.CONTRADICTION, act, about)


def _by_act(labels: frozenset[str]) -> dict[str, _Things]:
    acts: dict[str, _Things] = {}
    for label in labels:
        act, mark, thing = _LABEL.findall(label)[0]
        things = acts.setdefault(act, _Things())
        if mark == "?":
            things.possible_agents.add(thing)
        elif mark:
            things.objects.add(thing)
    return acts


def _corrections(a: frozenset[str], b: frozenset[str]) -> Iterator[Difference]:
    if ("correct" in a) != ("correct" in b):
        ours, theirs = ("correct" if "correct" in acts else "" for acts in (a, b))
        yield Difference(Kind.CORRECTION, Strength.STEP, ours, theirs)


def _by_class(values: frozenset[str]) -> dict[str, set[str]]:
    classes: dict[str, set[str]] = {}
    for value in values:
        what, _, amount = value.partition(":")
        classes.setdefault(what, set()).add(amount)
    return classes


def _other_values(
    kind: Kind, a: Mapping[str, set[str]], b: Mapping[str, set[str]]
) -> Iterator[Difference]:
    for what in a.keys() & b.keys():
        if a[what].isdisjoint(b[what]):
            yield Difference(
                kind, Strength.DISTINCTION, _listed(what, a[what]), _listed(what, b[what])
            )


def _listed(what: str, values: set[str]) -> str:
    return f"{what} {', '.join(sorted(values))}".strip()


def _other_names(a: Facts, b: Facts) -> Iterator[Difference]:
    """Compare the names in the titles, unless the other report mentions them in its lead.

    Bodies are compared as parties instead, because reports of one dispute name several.
    """
    every_a, every_b = a.names | a.mentions, b.names | b.mentions
    first, second = _by_class(a.names - every_b), _by_class(b.names - every_a)
    shared = _by_class((a.names & every_b) | (b.names & every_a))
    for kind in (first.keys() & second.keys() & _APART) - shared.keys():
        ours, theirs = (", ".join(sorted(names[kind])) for names in (first, second))
        yield Difference(Kind.NAME, Strength.DISTINCTION, ours, theirs)


def _other_parties(a: Facts, b: Facts, offices: frozenset[str]) -> Iterator[Difference]:
    ours, theirs = a.speakers or a.subject, b.speakers or b.subject
    if bool(ours - offices) != bool(theirs - offices):
        return  # whose foreign ministry?
    if not ours or not theirs or ours & theirs:
        return
    if not (a.speakers and b.speakers) and (ours & b.subject or theirs & a.subject):
        return  # a truncated headline may lack its speaker
    if _speaks(a) and _speaks(b):
        kind = Kind.PARTY
    elif _names_any(b, ours) or _names_any(a, theirs):
        kind = Kind.SUBJECT
    else:
        kind = Kind.ACTOR
    shown = (", ".join(sorted(parties)) for parties in (ours, theirs))
    yield Difference(kind, Strength.DISTINCTION, *shown)


def _names_any(facts: Facts, parties: frozenset[str]) -> bool:
    """Return True if a report names one of these parties in its title or its lead."""
    named = facts.countries | facts.speakers | facts.subject
    mentioned = (name.partition(":")[2] for name in facts.names | facts.mentions)
    return not parties.isdisjoint(named.union(mentioned))


def _speaks(facts: Facts) -> bool:
    return bool(facts.speakers) or not SPEAKING.isdisjoint(act.lstrip("-~") for act in facts.acts)


def is_other_text(found: Sequence[Difference]) -> bool:
    """Return True if the differences rule out an edited or syndicated copy."""
    return any(
        difference.strength >= Strength.STEP or difference.kind in _NOT_EDITED
        for difference in found
    )


def is_other_event(found: Sequence[Difference]) -> bool:
    """Return True if the differences rule out the same event."""
    return any(difference.strength is Strength.CONTRADICTION for difference in found)
