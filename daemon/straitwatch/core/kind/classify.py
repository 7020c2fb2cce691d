"""Distinguishes commentary and round-ups from news.

`classify_kind` looks for signs of a round-up first, then of commentary. A sign counts unless the
title has a sign of news with at least the same weight. A text without a sign is news: a missed
opinion piece costs one message too many, a mistaken report costs the news.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from urllib.parse import urlsplit

from straitwatch.core.kind import commentary_words, news_words, roundup_words
from straitwatch.core.kind.patterns import Wording
from straitwatch.core.kind.scripts import Script, scripts_of
from straitwatch.core.model import Entry, EntryKind, Feed, Kind

_LEAD = 240  # characters of the summary that are read


class _Weight(IntEnum):
    """The weight of a sign for or against news; with equal weights, the text is news."""

    NONE = 0
    ACT = 1  # news: a body acts; against: a section, a category, an author, a kind of feed
    STATEMENT = 2  # news: a body speaks, or a first time; against: an expert or a question
    LABEL = 3  # only against: the title names the kind, such as "Opinion:"


@dataclass(frozen=True, slots=True)
class _Evidence:
    weight: _Weight
    words: str
    field: str


def classify_kind(entry: Entry, feed: Feed) -> Kind:
    """Return the kind of an entry with its evidence."""
    scripts = scripts_of(entry.title) or scripts_of(entry.summary)
    news = _news_weight(entry.title, scripts)
    claims = (
        (EntryKind.ROUNDUP, _roundup_evidence(entry, scripts)),
        (EntryKind.COMMENTARY, _commentary_evidence(entry, feed, scripts)),
    )
    for kind, evidence in claims:
        strong = next((found for found in evidence if found.weight > news), None)
        if strong:
            return Kind(kind=kind, evidence=strong.words.strip(), field=strong.field)
    return Kind(kind=EntryKind.NEWS)


# ---------------------------------------------------------------- round-ups


def _roundup_evidence(entry: Entry, scripts: tuple[Script, ...]) -> Iterator[_Evidence]:
    lead = entry.summary[:_LEAD]
    for script in scripts:
        yield from _found(roundup_words.ROUNDUP_TITLES[script], entry.title, "title", _Weight.LABEL)
        if script in roundup_words.ROUNDUP_LEADS:
            yield from _found(roundup_words.ROUNDUP_LEADS[script], lead, "summary", _Weight.LABEL)
    yield from _sections(roundup_words.ROUNDUP_SECTIONS, entry.url, _Weight.ACT)
    for category in entry.categories:
        yield from _found(roundup_words.ROUNDUP_CATEGORIES, category, "category", _Weight.STATEMENT)
    if _enumerates(entry.title):
        yield _Evidence(_Weight.LABEL, entry.title, "title")
    for script in scripts:
        if _lists_subjects(entry.title) or _enumerates(lead):
            yield from _found(
                roundup_words.ROUNDUP_COUNTS[script], entry.title, "title", _Weight.LABEL
            )


def _enumerates(title: str) -> bool:
    """Return True if a title consists of at least three headlines."""
    parts = [part for part in roundup_words.EVENT_BREAK.split(title) if part.strip()]
    return len(parts) >= roundup_words.MIN_EVENTS and all(map(_is_headline, parts))


def _lists_subjects(title: str) -> bool:
    """Return True if a title lists three subjects beside a colon: "Taiwan, arms and climate:"."""
    return any(
        sum(bool(subject.strip()) for subject in roundup_words.SUBJECT_BREAK.split(side))
        >= roundup_words.MIN_SUBJECTS
        for side in _sides(title)
    )


def _sides(title: str) -> list[str]:
    sides = roundup_words.COLON.split(title)
    return sides if len(sides) > 1 else []


def _is_headline(part: str) -> bool:
    han = len(roundup_words.WIDE.findall(part))
    return (
        han >= roundup_words.MIN_HEADLINE_HAN
        or len(part.split()) >= roundup_words.MIN_HEADLINE_WORDS
    )


# ---------------------------------------------------------------- commentary


def _commentary_evidence(
    entry: Entry, feed: Feed, scripts: tuple[Script, ...]
) -> Iterator[_Evidence]:
    """Yield the signs of commentary, the strongest first."""
    for script in scripts:
        yield from _labels(script, entry.title)
    for script in scripts:
        yield from _found(commentary_words.EXPERTS[script], entry.title, "title", _Weight.STATEMENT)
    for script in scripts:
        yield from _found(
            commentary_words.QUESTIONS[script], entry.title, "title", _Weight.STATEMENT
        )
        yield from _found(
            commentary_words.COMMENTARY_LEADS[script], entry.summary[:_LEAD], "summary", _Weight.ACT
        )
    yield from _sections(commentary_words.COMMENTARY_SECTIONS, entry.url, _Weight.ACT)
    yield from _found(commentary_words.COMMENTARY_PAGES, _page(entry.url), "url", _Weight.ACT)
    for category in entry.categories:
        yield from _found(commentary_words.COMMENTARY_CATEGORIES, category, "category", _Weight.ACT)
    for author in entry.authors:
        yield from _found(commentary_words.COMMENTATORS, author, "author", _Weight.ACT)
    if feed.kind in commentary_words.COMMENTARY_FEEDS:
        yield _Evidence(_Weight.ACT, feed.kind, "feed")


def _labels(script: Script, title: str) -> Iterator[_Evidence]:
    """Yield labels; an interview with an office holder is a statement, not commentary."""
    yield from _found(commentary_words.LABELS[script], title, "title", _Weight.LABEL)
    interview = commentary_words.INTERVIEWS[script].search(title)
    if interview and not commentary_words.IN_OFFICE[script].search(title):
        yield _Evidence(_Weight.LABEL, interview[0], "title")


def _news_weight(title: str, scripts: tuple[Script, ...]) -> _Weight:
    if any(news_words.FRESH[script].search(title) for script in scripts):
        return _Weight.STATEMENT
    if any(news_words.STATEMENTS[script].search(title) for script in scripts):
        return _Weight.STATEMENT
    if any(news_words.ACTS[script].search(title) for script in scripts):
        return _Weight.ACT
    return _Weight.NONE


# ---------------------------------------------------------------- where to look


def _found(pattern: Wording, text: str, field: str, weight: _Weight) -> Iterator[_Evidence]:
    found = pattern.search(text) if text else None
    if found:
        yield _Evidence(weight, found[0], field)


def _sections(names: frozenset[str], url: str, weight: _Weight) -> Iterator[_Evidence]:
    """Yield the first section of an address that is among the names; the page does not count."""
    for section in _path(url)[:-1]:
        if section in names:
            yield _Evidence(weight, f"/{section}/", "url")
            return


def _page(url: str) -> str:
    return (_path(url) or ("",))[-1]


@lru_cache(maxsize=4)  # the address of one entry is split three times
def _path(url: str) -> tuple[str, ...]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ()
    *subdomains, _, _ = ("", "", *(parts.hostname or "").split("."))  # opinion.example.com
    return tuple(part for part in (*subdomains, *parts.path.lower().split("/")) if part)
