"""What a report states, in no language, and in what two reports differ: part of the cluster stage.

In: a cleaned title and its lead. Out: figures with what they count, dates, names, actions and who
speaks, as short strings that are stored with the report. Two reports that sound alike are compared
by these: what they state otherwise keeps them apart.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import IntEnum, StrEnum
from functools import cache
from itertools import product

from straitwatch.core.cluster.actions import SHORT_COUNTRIES, SPEAKING, UNLESS_DONE_TO
from straitwatch.core.cluster.acts import (
    Act,
    Token,
    acts_of,
    contrary,
    denies,
    follows,
    is_verb_last,
    tokens_of,
)
from straitwatch.core.cluster.aliases import GROUPS
from straitwatch.core.cluster.guards import counted_figures, dates_of
from straitwatch.core.cluster.pivots import common_pivots
from straitwatch.core.cluster.text import latin_term, normalize_text, stem_cyrillic

_LEAD = 240  # characters of the lead whose names and figures count
_NEAR_WORDS, _NEAR_CHARACTERS = 5, 8  # between an action and what it is done to
_SUBJECT_WITHIN = 4  # tokens from the beginning
_SPEAKER_WITHIN = 8  # tokens from the colon
_OBJECTS = frozenset(("thing", "exercise", "system"))
_PARTIES = frozenset(("person", "politician", "body", "office", "party", "country", "capital"))
_OFFICIAL = frozenset(("person", "body", "office"))
# They are named when others visit, quarrel or act there.
_NO_VOICE = frozenset(
    ("president", "prime minister", "military", "navy", "air force", "Legislative Yuan")
)
_NAMED = frozenset(
    ("person", "politician", "body", "place", "system", "exercise", "country", "party")
)
_MEDIA = frozenset("媒紙纸")
_CLAUSE_ENDS = frozenset("!?,;。、…")
_SAYS = frozenset(("says", "say", "said", "warns", "warned", "confirms", "confirmed"))
_LABEL = re.compile(r"([^@?>]+)([@?>]?)(.*)")
_APART = _NAMED - {"body", "party"}


class Kind(StrEnum):
    """In what two reports differ."""

    OPPOSITE = "opposite"  # rejects and approves, meets and does not meet
    STEP = "step"  # begins and ends: the same matter, later
    CORRECTION = "correction"
    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    PARTY = "party"  # who speaks
    SUBJECT = "subject"  # of whom something is said: often one event seen from two sides


class Strength(IntEnum):
    """What a difference means."""

    DISTINCTION = 1  # perhaps another event: more must be alike
    STEP = 2  # perhaps the same event, surely not the same text, and news
    CONTRADICTION = 3  # neither the same text nor the same event


_NOT_EDITED = frozenset((Kind.NUMBER, Kind.DATE, Kind.NAME, Kind.PARTY))


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two reports state otherwise."""

    kind: Kind
    strength: Strength
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a report states."""

    figures: frozenset[str] = frozenset()  # "missile:120"
    dates: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()  # in the title: "person:Takaichi"
    mentions: frozenset[str] = frozenset()  # in the lead
    acts: frozenset[str] = frozenset()  # "-meet", "end@drill", "end?ship", "reject>demand"
    speakers: frozenset[str] = frozenset()  # before or behind a colon
    subject: frozenset[str] = frozenset()
    voices: frozenset[str] = frozenset()  # officials and bodies among the speakers, by name
    countries: frozenset[str] = frozenset()  # in the title, also by their capital

    def to_text(self) -> str:
        """Return the facts as one short string."""
        return ";".join(",".join(sorted(getattr(self, field.name))) for field in fields(self))

    @classmethod
    def from_text(cls, text: str) -> "Facts":
        """Read what `to_text` wrote."""
        parts = [frozenset(filter(None, part.split(","))) for part in text.split(";")]
        return cls(**{field.name: part for field, part in zip(fields(cls), parts, strict=False)})


# ---------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class _Name:
    """A name that was found, from one token to another."""

    shown: str
    kind: str
    party: str  # for whom it speaks
    first: int
    end: int


class FactReader:
    """Reads reports for their facts."""

    def __init__(self, characters: Mapping[int, int]) -> None:
        """Read the aliases; `characters` are code points to read as others."""
        self._names: dict[tuple[str, ...], tuple[str, str, str]] = {}
        self._longest: dict[str, int] = {}
        for kind, side, line in _alias_lines():
            shown, *_ = names = [name.strip() for name in line.replace(";", ",").split(",")]
            for name in names:
                stems = tuple(_stems(tokens_of(normalize_text(name.translate(dict(characters))))))
                self._names.setdefault(stems, (shown, kind, side or shown))
                self._longest[stems[0]] = max(len(stems), self._longest.get(stems[0], 0))

    def read(self, title: str, lead: str = "") -> Facts:
        """Return the facts of a cleaned title and its lead."""
        lead = normalize_text(lead[:_LEAD])
        tokens = tokens_of(title)
        names = list(self._find(tokens))
        acts = _acts_outside_names(acts_of(title), names)
        speakers = list(_speakers(title, names, tokens))
        return Facts(
            figures=frozenset(_figures(title, lead)),
            dates=dates_of(title),
            names=frozenset(_shown(names)),
            mentions=frozenset(_shown(self._find(tokens_of(lead)))),
            acts=frozenset(_act_labels(acts, names, tokens)),
            speakers=frozenset(name.party for name in speakers),
            subject=frozenset(_subject(names, tokens)),
            countries=frozenset(n.party for n in names if n.kind in ("country", "capital")),
            voices=frozenset(_voices([*speakers, *_clause_openers(title, names, tokens)])),
        )

    def _find(self, tokens: Sequence[Token]) -> Iterator[_Name]:
        """Find the longest names, from left to right."""
        placed = [(place, stem) for place, stem in enumerate(map(_stem, tokens)) if stem]
        stems = [stem for _, stem in placed]
        at = 0
        while at < len(stems):
            end = self._end_of_name(stems, at)
            if end is not None:
                found = self._names[tuple(stems[at:end])]
                yield _Name(*found, placed[at][0], placed[end - 1][0] + 1)
            at = end or at + 1

    def _end_of_name(self, stems: list[str], at: int) -> int | None:
        longest = min(self._longest.get(stems[at], 0), len(stems) - at)
        ends = range(at + longest, at, -1)
        return next((end for end in ends if tuple(stems[at:end]) in self._names), None)


@cache
def fact_reader(characters: frozenset[tuple[int, int]]) -> FactReader:
    """Return the reader that reads code points as others, given as pairs."""
    return FactReader(dict(characters))


def _alias_lines() -> Iterator[tuple[str, str, str]]:
    for group in GROUPS:
        for line in group.lines.strip().splitlines():
            yield group.kind, group.side, line


def _stems(tokens: Sequence[Token]) -> Iterator[str]:
    return filter(None, map(_stem, tokens))


def _stem(token: Token) -> str:
    word = token.text
    if token.is_cjk or word[0].isdigit():
        return word
    return stem_cyrillic(word) if "\u0400" <= word[0] <= "\u052f" else latin_term(word)


def _shown(names: Iterable[_Name]) -> Iterator[str]:
    """Return the names that tell reports of this beat apart."""
    common = common_pivots()
    for name in names:
        if name.kind in _NAMED and f"@{name.shown}" not in common:
            yield f"{name.kind}:{name.shown}"


def _acts_outside_names(acts: Sequence[Act], names: Sequence[_Name]) -> list[Act]:
    taken = {at for name in names if name.kind != "thing" for at in range(name.first, name.end)}
    return [act for act in acts if act.first not in taken]


def _act_labels(
    acts: Sequence[Act], names: Sequence[_Name], tokens: Sequence[Token]
) -> Iterator[str]:
    things = [name for name in names if name.kind in _OBJECTS]
    back = any(is_verb_last(token.text) for token in tokens)
    for act in acts:
        reach = _NEAR_CHARACTERS if tokens[act.first].is_cjk else _NEAR_WORDS
        behind = [thing.shown for thing in things if 0 <= thing.first - act.end < reach]
        before = [thing.shown for thing in things if 0 <= act.first - thing.end < reach]
        objects = before if back else behind
        if not UNLESS_DONE_TO.get(act.name, frozenset()).isdisjoint(objects):
            continue
        yield act.label
        yield from (f"{act.label}>{about}" for about in act.about)
        yield from (f"{act.label}@{thing}" for thing in objects)
        if not objects and not back:
            yield from (f"{act.label}?{thing}" for thing in before)


def _figures(title: str, lead: str) -> Iterator[str]:
    yield from (f"{what}:{value}" for what, value in counted_figures(title))
    yield from (f"{what}:{value}" for what, value in counted_figures(lead) if what)


def _speakers(title: str, names: Sequence[_Name], tokens: Sequence[Token]) -> Iterator[_Name]:
    """Return who stands before a colon ("MND: ..."), or alone behind the last ("...: MND")."""
    parties = [name for name in names if name.kind in _PARTIES]
    for colon in (found.start() for found in re.finditer(r":(?!\d)", title)):
        at = sum(token.start < colon for token in tokens)
        before = [name for name in parties if 0 <= at - name.end < _SPEAKER_WITHIN]
        yield from before[-1:]
        yield from (name for name in parties if name.first == at and name.end == len(tokens))


def _clause_openers(title: str, names: Sequence[_Name], tokens: Sequence[Token]) -> Iterator[_Name]:
    """Return who opens the second clause of a headline, or says at its end what it reports.

    "陸實彈射擊 國防部嚴密警戒", "Ties run deep, premier says".
    """
    for name in names:
        start, rest = tokens[name.first].start, [token.text for token in tokens[name.end :]]
        before = title[:start].rstrip("'\"「『“ ")
        if tokens[name.first].is_cjk:
            opens = start > 0 and (title[start - 1] == " " or before[-1:] in _CLAUSE_ENDS)
            if opens:
                yield name
        elif before.endswith(",") and rest[:1] and rest[0] in _SAYS and len(rest) == 1:
            yield name


def _voices(speakers: Iterable[_Name]) -> Iterator[str]:
    """Return the officials and bodies that speak; a president is also named when he is visited."""
    for name in speakers:
        if name.kind in _OFFICIAL and name.shown not in _NO_VOICE:
            yield name.shown


def _subject(names: Sequence[_Name], tokens: Sequence[Token]) -> Iterator[str]:
    if len(tokens) > 1 and tokens[1].text in _MEDIA:
        return  # 美媒 is no side
    first = next((name for name in names if name.kind in _PARTIES), None)
    if tokens and tokens[0].text in SHORT_COUNTRIES and (first is None or first.first > 0):
        yield SHORT_COUNTRIES[tokens[0].text]
    elif first is not None and first.first < _SUBJECT_WITHIN:
        yield first.party


# ---------------------------------------------------------------- comparing


@dataclass(slots=True)
class _Things:
    """To what an action is done, and what stands before it and may have done it."""

    surely: set[str] = field(default_factory=set)
    maybe: set[str] = field(default_factory=set)


def differences(a: Facts, b: Facts) -> tuple[Difference, ...]:
    """Return what two reports state otherwise, the strongest first."""
    found = (
        *_other_acts(a, b),
        *_corrections(a.acts, b.acts),
        *_other_values(Kind.NUMBER, _by_class(a.figures), _by_class(b.figures)),
        *_other_values(Kind.DATE, _by_class(a.dates), _by_class(b.dates)),
        *_other_names(a, b),
        *_other_parties(a, b),
    )
    return tuple(sorted(set(found), key=lambda one: (-one.strength, one.kind, one.ours)))


def _other_acts(a: Facts, b: Facts) -> Iterator[Difference]:
    """Compare actions; those of different things are a weaker difference."""
    yield from _answers(a.acts, b.acts)
    yield from (replace(one, ours=one.theirs, theirs=one.ours) for one in _answers(b.acts, a.acts))
    first, second = _by_act(a.acts), _by_act(b.acts)
    for ours, theirs in product(first.keys() - second.keys(), second.keys() - first.keys()):
        is_one = _is_one_thing(first[ours], second[theirs])
        if (found := _compare_acts(ours, theirs, is_one=is_one)) is not None:
            yield Difference(*found, ours, theirs)


def _compare_acts(ours: str, theirs: str, *, is_one: bool) -> tuple[Kind, Strength] | None:
    """Compare two actions, which are done to one thing or not."""
    if denies(ours, theirs) or contrary(ours, theirs):
        return Kind.OPPOSITE, Strength.CONTRADICTION if is_one else Strength.DISTINCTION
    if follows(ours, theirs):
        return Kind.STEP, Strength.STEP if is_one else Strength.DISTINCTION
    return None


def _is_one_thing(ours: _Things, theirs: _Things) -> bool:
    """Whether two actions may be done to one thing; most things are in no table."""
    if not ours.surely or not theirs.surely:
        return True
    return bool((ours.surely | ours.maybe) & (theirs.surely | theirs.maybe))


def _answers(a: frozenset[str], b: frozenset[str]) -> Iterator[Difference]:
    """Find what one report answers in another one: "rejects the demand" and "demands"."""
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
            things.maybe.add(thing)
        elif mark:
            things.surely.add(thing)
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

    Bodies are left to the parties: reports of one quarrel name several.
    """
    every_a, every_b = a.names | a.mentions, b.names | b.mentions
    first, second = _by_class(a.names - every_b), _by_class(b.names - every_a)
    shared = _by_class((a.names & every_b) | (b.names & every_a))
    for kind in (first.keys() & second.keys() & _APART) - shared.keys():
        ours, theirs = (", ".join(sorted(names[kind])) for names in (first, second))
        yield Difference(Kind.NAME, Strength.DISTINCTION, ours, theirs)


def _shown_name(line: str) -> str:
    return line.replace(";", ",").partition(",")[0].strip()


@cache
def offices() -> frozenset[str]:
    """Return the names of bodies that every country has."""
    return frozenset(_shown_name(line) for kind, _, line in _alias_lines() if kind == "office")


def _other_parties(a: Facts, b: Facts) -> Iterator[Difference]:
    ours, theirs = a.speakers or a.subject, b.speakers or b.subject
    if bool(ours - offices()) != bool(theirs - offices()):
        return  # whose foreign ministry?
    if not ours or not theirs or ours & theirs:
        return
    if not (a.speakers and b.speakers) and (ours & b.subject or theirs & a.subject):
        return  # a headline that is cut may lack who said it
    kind = Kind.PARTY if _speaks(a) and _speaks(b) else Kind.SUBJECT
    shown = (", ".join(sorted(parties)) for parties in (ours, theirs))
    yield Difference(kind, Strength.DISTINCTION, *shown)


def _speaks(facts: Facts) -> bool:
    return bool(facts.speakers) or not SPEAKING.isdisjoint(act.lstrip("-~") for act in facts.acts)


def is_other_text(found: Sequence[Difference]) -> bool:
    """Whether two reports with these differences cannot be one text, edited or syndicated."""
    return any(one.strength >= Strength.STEP or one.kind in _NOT_EDITED for one in found)


def is_other_event(found: Sequence[Difference]) -> bool:
    """Whether two reports with these differences cannot be about one event."""
    return any(one.strength is Strength.CONTRADICTION for one in found)
