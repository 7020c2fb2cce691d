"""Reads the facts of a headline and its lead: figures, dates, names, actions and speakers."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from straitwatch.core.beat import NameKind
from straitwatch.core.cluster.actions import CHANGED_BY_OBJECT
from straitwatch.core.cluster.acts import Act, Token, acts_of, is_verb_last, tokens_of
from straitwatch.core.cluster.facts import NAMED, Facts
from straitwatch.core.cluster.guards import counted_figures, dates_of
from straitwatch.core.cluster.lexicon import Lexicon
from straitwatch.core.cluster.text import latin_term, normalize_text, stem_cyrillic

_LEAD = 240  # characters of the lead whose names and figures count
_NEAR_WORDS, _NEAR_CHARACTERS = 5, 8  # between an action and its object
_SUBJECT_WITHIN = 4  # tokens from the beginning
_SPEAKER_WITHIN = 8  # tokens from the colon
_OBJECTS = frozenset(("thing", "exercise", "system"))
_PARTIES = frozenset(("person", "politician", "body", "office", "party", "country", "capital"))
_OFFICIAL = frozenset(("person", "body", "office"))
_COUNTRIES = frozenset(("country", "capital"))
_MEDIA = frozenset("媒紙纸")
_CLAUSE_ENDS = frozenset("!?,;。、…")
_SAYS = frozenset(("says", "say", "said", "warns", "warned", "confirms", "confirmed"))


@dataclass(frozen=True, slots=True)
class _Name:
    """A name in a text, with the range of its tokens."""

    shown: str
    kind: str
    party: str  # the side for which it speaks
    first: int
    end: int


class FactReader:
    """Reads the facts of reports."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Index the aliases by the stems of their words."""
        self._beat = lexicon.beat
        self._common = lexicon.common_names
        self._names: dict[tuple[str, ...], tuple[str, str, str]] = {}
        self._longest: dict[str, int] = {}
        for group in lexicon.beat.aliases:
            kind = NameKind.BODY if group.kind is NameKind.MEDIA else group.kind
            for name, spelling in group.spellings():
                text = normalize_text(spelling.translate(lexicon.characters))
                if stems := tuple(_stems(tokens_of(text))):
                    self._names.setdefault(stems, (name, kind.value, group.side or name))
                    self._longest[stems[0]] = max(len(stems), self._longest.get(stems[0], 0))

    def read(self, title: str, lead: str = "") -> Facts:
        """Return the facts of a cleaned title and its lead."""
        lead = normalize_text(lead[:_LEAD])
        tokens = tokens_of(title)
        names = list(self._find(tokens))
        acts = _acts_outside_names(acts_of(title), names)
        speakers = list(_speakers(title, names, tokens))
        voices = [*speakers, *_clause_openers(title, names, tokens)]
        return Facts(
            figures=frozenset(_figures(title, lead)),
            dates=dates_of(title),
            names=frozenset(_shown(names, self._common)),
            mentions=frozenset(_shown(self._find(tokens_of(lead)), self._common)),
            acts=frozenset(_act_labels(acts, names, tokens)),
            speakers=frozenset(name.party for name in speakers),
            subject=frozenset(_subject(names, tokens, self._beat.short_countries)),
            countries=frozenset(name.party for name in names if name.kind in _COUNTRIES),
            voices=frozenset(_voices(voices, self._beat.no_voice)),
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


def _stems(tokens: Sequence[Token]) -> Iterator[str]:
    return filter(None, map(_stem, tokens))


def _stem(token: Token) -> str:
    word = token.text
    if token.is_cjk or word[0].isdigit():
        return word
    return stem_cyrillic(word) if "\u0400" <= word[0] <= "\u052f" else latin_term(word)


def _shown(names: Iterable[_Name], common: frozenset[str]) -> Iterator[str]:
    """Yield the names that distinguish reports of this beat."""
    for name in names:
        if name.kind in NAMED and f"@{name.shown}" not in common:
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
        changed = _apply_objects(act, objects)
        if not changed.name:
            continue
        yield changed.label
        yield from (f"{changed.label}>{about}" for about in changed.about)
        yield from (f"{changed.label}@{thing}" for thing in objects)
        if not objects and not back:
            yield from (f"{changed.label}?{thing}" for thing in before)


def _apply_objects(act: Act, objects: Sequence[str]) -> Act:
    """Return the action that results from the objects; its name is "" if it must be ignored."""
    names = CHANGED_BY_OBJECT.get(act.name, {})
    return next((replace(act, name=names[thing]) for thing in names if thing in objects), act)


def _figures(title: str, lead: str) -> Iterator[str]:
    yield from (f"{what}:{value}" for what, value in counted_figures(title))
    yield from (f"{what}:{value}" for what, value in counted_figures(lead) if what)


def _speakers(title: str, names: Sequence[_Name], tokens: Sequence[Token]) -> Iterator[_Name]:
    """Yield the speakers before a colon ("MND: ..."), or alone after the last one ("...: MND")."""
    parties = [name for name in names if name.kind in _PARTIES]
    for colon in (found.start() for found in re.finditer(r":(?!\d)", title)):
        at = sum(token.start < colon for token in tokens)
        before = [name for name in parties if 0 <= at - name.end < _SPEAKER_WITHIN]
        yield from before[-1:]
        yield from (name for name in parties if name.first == at and name.end == len(tokens))


def _clause_openers(title: str, names: Sequence[_Name], tokens: Sequence[Token]) -> Iterator[_Name]:
    """Yield the names that begin a second clause, and a speaker at the end of a headline.

    Examples: "陸實彈射擊 國防部嚴密警戒", "Ties run deep, premier says".
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


def _voices(speakers: Iterable[_Name], silent: frozenset[str]) -> Iterator[str]:
    """Yield the officials and bodies that speak."""
    for name in speakers:
        if name.kind in _OFFICIAL and name.shown not in silent:
            yield name.shown


def _subject(
    names: Sequence[_Name], tokens: Sequence[Token], short_countries: Mapping[str, str]
) -> Iterator[str]:
    if len(tokens) > 1 and tokens[1].text in _MEDIA:
        return  # 美媒 means US media, not the country
    first = next((name for name in names if name.kind in _PARTIES), None)
    if tokens and tokens[0].text in short_countries and (first is None or first.first > 0):
        yield short_countries[tokens[0].text]
    elif first is not None and first.first < _SUBJECT_WITHIN:
        yield first.party
