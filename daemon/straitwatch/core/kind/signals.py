"""Finds the words of a title and a lead that correct, retract, deny, confirm or end something.

A pattern counts unless a false friend overlaps it ("denies entry"), or its clause only asks or
hopes for it ("calls for an end").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from straitwatch.core.kind import signal_words as words
from straitwatch.core.kind.scripts import scripts_of
from straitwatch.core.kind.signal_words import Rule
from straitwatch.core.model import Signal, SignalKind
from straitwatch.core.sentences import first_sentence

_LEAD = 300  # characters; later text is background
_CLAUSE = re.compile(r"[,;:，；：︰、。!！?？…\n]|[ 　](?=[\u2e80-\u9fff「『])|\s[-–—|]\s")
_BEFORE = 60  # characters before a pattern that may contain a request or a hope


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    field: str
    kinds: frozenset[SignalKind]


def find_signals(title: str, lead: str = "") -> tuple[Signal, ...]:
    """Find the signals in a title and the beginning of a lead, at most one of each kind in either.

    Args:
        title: the headline, cleaned.
        lead: the summary; corrections and retractions count in its first characters, the other
            kinds in its first sentence.
    """
    opening = lead[:_LEAD]
    texts = (
        _Text(title, "title", frozenset(SignalKind)),
        _Text(opening, "lead", frozenset({SignalKind.CORRECTION, SignalKind.RETRACTION})),
        _Text(
            first_sentence(opening),
            "lead",
            frozenset({SignalKind.DENIAL, SignalKind.CONFIRMATION, SignalKind.END}),
        ),
    )
    return tuple(signal for text in texts for signal in _in_text(text))


def _in_text(text: _Text) -> Iterator[Signal]:
    scripts = scripts_of(text.text)
    for kind in SignalKind:
        if kind not in text.kinds:
            continue
        found = (
            match
            for script in scripts
            for rule in words.RULES[script].get(kind, ())
            for match in _matches(rule, text.text)
        )
        match = next(found, None)
        if match:
            yield Signal(
                kind=kind, words=match[0], field=text.field, start=match.start(), end=match.end()
            )


def _matches(rule: Rule, text: str) -> Iterator[re.Match[str]]:
    for match in rule.says.finditer(text):
        if not (_is_false_friend(rule, match) or _is_only_wished(rule, match)):
            yield match


def _is_false_friend(rule: Rule, match: re.Match[str]) -> bool:
    if rule.unless is None:
        return False
    return any(
        other.start() < match.end() and match.start() < other.end()
        for other in rule.unless.finditer(match.string)
    )


def _is_only_wished(rule: Rule, match: re.Match[str]) -> bool:
    if rule.not_after is None:
        return False
    before = match.string[max(0, match.start() - _BEFORE) : match.start()]
    clause = _CLAUSE.split(before)[-1] + match[0]  # "drills will end": the wish may be inside
    return rule.not_after.search(clause) is not None
