"""Finds the actions in a headline, and the pairs of actions that contradict or follow each other.

Actions have one name in every language, and may be denied or called off. An action that is the
object of another one does not count by itself: "rejects the demand" only rejects.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from straitwatch.core.cluster.actions import (
    ACTIONS,
    CALLING_OFF,
    CONTRARY,
    DENYING,
    DESIRING,
    MODALS,
    NEGATIONS,
    NEGATIONS_BEHIND,
    NOT_NEGATIONS,
    RESTRICTING,
    STEPS,
)

_TOKEN = re.compile(
    r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7a3々]"
    r"|\d+(?:[.,]\d+)*|[^\W\d_\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]+(?:'[^\W\d_]+)*"
)
_VERB_LAST = re.compile(r"[\u3041-\u30ff\uac00-\ud7a3]")  # Japanese and Korean
_FIRST_CJK = "\u3000"
_MIN_STEM = 3
_REACH_WORDS, _REACH_CHARACTERS = 4, 8  # how far a verb governs its object
_REACH_NO_WORDS, _REACH_NO_CHARACTERS = 3, 2  # from "not" to the denied verb
_REACH_BACK = 3  # in Japanese and Korean, from a verb to its object before it
_CACHED_TITLES = 256


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or one character of a script that is written without spaces."""

    text: str
    start: int

    @property
    def is_cjk(self) -> bool:
        """True for a character of a script that is written without spaces."""
        return self.text >= _FIRST_CJK


@dataclass(frozen=True, slots=True)
class Act:
    """An action in a text."""

    name: str
    first: int  # of its tokens
    end: int
    mark: str = ""  # "-" if it is denied, "~" if it is called off
    about: tuple[str, ...] = ()  # actions that are its objects

    @property
    def label(self) -> str:
        """The name with its mark."""
        return f"{self.mark}{self.name}"


@lru_cache(maxsize=_CACHED_TITLES)
def tokens_of(text: str) -> tuple[Token, ...]:
    """Return the tokens of normalized text."""
    return tuple(Token(found[0], found.start()) for found in _TOKEN.finditer(text))


@lru_cache(maxsize=_CACHED_TITLES)
def acts_of(text: str) -> tuple[Act, ...]:
    """Return the actions in a cleaned title, in order."""
    tokens = tokens_of(text)
    acts = _find(text, tokens)
    back = is_verb_last(text)
    acts = _without_governed(acts, tokens, back=back)
    return tuple(_marked(act, acts, text, tokens=tokens, back=back) for act in acts)


def contrary(a: str, b: str) -> bool:
    """Return True if two labels cannot both be true of one thing at one time."""
    return _pair(a, b) in CONTRARY


def denies(a: str, b: str) -> bool:
    """Return True if one label denies the other one."""
    return a == f"-{b}" or b == f"-{a}"


def follows(a: str, b: str) -> bool:
    """Return True if one of two labels is a later step of the other one."""
    return _pair(a, b) in STEPS or a == f"~{b}" or b == f"~{a}"


def is_verb_last(text: str) -> bool:
    """Return True if the text is Japanese or Korean, where verbs follow their objects."""
    return _VERB_LAST.search(text) is not None


def _pair(a: str, b: str) -> frozenset[str]:
    return frozenset((a, b))


# ---------------------------------------------------------------- finding


def _find(text: str, tokens: Sequence[Token]) -> list[Act]:
    forms = _forms()
    words = [_represent(token.text) for token in tokens]
    found: list[Act] = []
    end = 0
    for first, word in enumerate(words):
        if first < end:
            continue
        for count in range(min(forms.longest.get(word, 0), len(words) - first), 0, -1):
            names = forms.names.get(tuple(words[first : first + count]))
            if names is not None and _is_together(text, tokens, first, first + count):
                end = first + count
                if first == 0 or words[first - 1] not in MODALS:
                    found += [Act(name, first, end) for name in names]
                break
    return found


def _is_together(text: str, tokens: Sequence[Token], first: int, end: int) -> bool:
    """Return True if only spaces and hyphens separate the tokens."""
    between = text[tokens[first].start : tokens[end - 1].start]
    return not any(mark in between for mark in ",:;。，、")


@dataclass(frozen=True, slots=True)
class _Forms:
    names: Mapping[tuple[str, ...], tuple[str, ...]]
    longest: Mapping[str, int]  # form by first word
    stems: frozenset[str]


@cache
def _forms() -> _Forms:
    names: dict[tuple[str, ...], tuple[str, ...]] = {}
    longest: dict[str, int] = {}
    stems: set[str] = set()
    for name, form in _written_forms():
        words = tuple(_form_words(form))
        stems.update(word for word in words if word.endswith("*"))
        if name not in names.setdefault(words, ()):
            names[words] += (name,)
        longest[words[0]] = max(len(words), longest.get(words[0], 0))
    return _Forms(names, longest, frozenset(stems))


def _written_forms() -> Iterator[tuple[str, str]]:
    for line in ACTIONS.strip().splitlines():
        name, _, forms = line.partition(":")
        for form in forms.replace(";", ",").split(","):
            if form.strip().endswith("~"):
                yield from ((name, verb) for verb in _inflect(form.strip()[:-1]))
            else:
                yield name, form.strip()


def _form_words(form: str) -> Iterator[str]:
    for part in form.split():
        if part.endswith("*"):
            yield part
        else:
            yield from (token.text for token in tokens_of(part))


def _inflect(verb: str) -> tuple[str, ...]:
    """Return the forms of a regular English verb."""
    if verb.endswith("e"):
        return verb, f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"
    if verb.endswith(("s", "x", "ch", "sh")):
        return verb, f"{verb}es", f"{verb}ed", f"{verb}ing"
    return verb, f"{verb}s", f"{verb}ed", f"{verb}ing"


def _represent(word: str) -> str:
    """Return the listed stem with which a Cyrillic word begins, or else the word."""
    if not "\u0400" <= word[0] <= "\u052f":
        return word
    stems = _forms().stems
    word = word.replace("ё", "е")
    for length in range(len(word), _MIN_STEM - 1, -1):
        if f"{word[:length]}*" in stems:
            return f"{word[:length]}*"
    return word


# ---------------------------------------------------------------- governing and denying


def _without_governed(acts: list[Act], tokens: Sequence[Token], *, back: bool) -> list[Act]:
    """Drop the actions that are objects of others: "rejects the demand" only rejects."""
    pairs = [
        (head, act)
        for act in acts
        for head in acts
        if head.name != act.name and _governs(head, act, tokens, back=back)
    ]
    taken = {act for head, act in pairs if _absorbs(head.name, act.name)}
    return [
        replace(
            act,
            about=tuple(
                other.name
                for head, other in pairs
                if head is act and (other in taken or act.name in DENYING | CALLING_OFF)
            ),
        )
        for act in acts
        if act not in taken
    ]


def _absorbs(head: str, name: str) -> bool:
    return head in DESIRING or contrary(head, name) or follows(head, name)


def _governs(head: Act, act: Act, tokens: Sequence[Token], *, back: bool) -> bool:
    if back:
        return 0 <= head.first - act.end <= _REACH_BACK
    reach = _REACH_CHARACTERS if tokens[head.first].is_cjk else _REACH_WORDS
    if head.name in CALLING_OFF and 0 <= head.first - act.end < reach:  # "visit canceled"
        return True
    return 0 <= act.first - head.end < reach


def _marked(
    act: Act, acts: Sequence[Act], text: str, *, tokens: Sequence[Token], back: bool
) -> Act:
    """Return the action with its mark, if it is denied or called off."""
    if act.name in DENYING | CALLING_OFF:
        return act
    heads = {head.name for head in acts if _governs(head, act, tokens, back=back)}
    if heads & DENYING or _is_negated(act, text, tokens=tokens, back=back):
        return replace(act, mark="-")
    return replace(act, mark="~") if heads & CALLING_OFF else act


def _is_negated(act: Act, text: str, *, tokens: Sequence[Token], back: bool) -> bool:
    begin = tokens[act.first].start
    end = tokens[act.end - 1].start + len(tokens[act.end - 1].text)
    if back:
        behind = text[end : end + _REACH_BACK + 1]
        return any(word in behind for word in NEGATIONS_BEHIND)
    reach = _REACH_NO_CHARACTERS if tokens[act.first].is_cjk else _REACH_NO_WORDS
    before = tokens[max(0, act.first - reach) : act.first]
    if any(token.text in RESTRICTING for token in tokens[max(0, act.first - reach) : act.end + 2]):
        return False
    return any(
        token.text in NEGATIONS and text[token.start : token.start + 2] not in NOT_NEGATIONS
        for token in before
        if ":" not in text[token.start : begin] and "," not in text[token.start : begin]
    )
