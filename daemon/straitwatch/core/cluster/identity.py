"""Recognizes an entry that was seen before, by several signs together.

An address, a headline, a text or a date alone is weak evidence. Some pages show one article after
another, some headlines have another text every day, and some links change at every poll. Therefore
no single sign makes two reports the same entry, and none overrules the others.
"""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from straitwatch.core.cluster.guards import (
    Conflict,
    compare_titles,
    figures_and_dates,
    overlap,
    shared_terms,
)
from straitwatch.core.cluster.text import SUMMARY_CHARACTERS, clean_title, normalize_text
from straitwatch.core.model import EarlierEntry, Entry, Features, Fold, Relation

TWICE_WITHIN: Final = timedelta(hours=1)  # one headline published under two addresses
RENEWED_AFTER: Final = timedelta(hours=12)  # daily bulletins are further apart
REWRITTEN_TERMS = 0.5  # shared terms of a page's headline before and after an edit
SAME_WORDING = 0.5  # similarity of a text before and after an edit; templates have less
_HEAD = 200  # characters of a text that are kept for comparison
_MAX_SIGHTINGS = 32  # of one headline; a link that changes at each poll would add thousands
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_AGO = re.compile(  # changes between two polls, so it distinguishes no entries
    r"\d+\s?(?:(?:second|min(?:ute)?|hr|hour|day)s?\sago|(?:分钟|分鐘|小时|小時|時間|天|日|分)前"
    r"|(?:минут|час|дн|день|хвилин|годин)\w*\s(?:назад|тому)|(?:분|시간|일)\s?전)"
)
_URL_NUMBER = re.compile(r"(?<![^\W_])\d+(?![^\W_])")
_URL_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)([-/_.]?)([01]\d)\2([0-3]\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Text:
    """The part of a text that distinguishes it from other texts under the same headline."""

    head: str
    figures: str  # of the whole text, in their order
    digest: str

    @classmethod
    def of(cls, title: str, text: str, source: str) -> "Text":
        """Read a text without the headline and the outlet, which many feeds add to it."""
        lead = " ".join(text[:SUMMARY_CHARACTERS].split())
        lead = lead.removeprefix(title).removesuffix(source).strip()
        lead = _AGO.sub("", lead).strip()
        figures = "".join(f"{number} " for number in _NUMBER.findall(lead))
        digest = blake2b(lead.encode(), digest_size=8).hexdigest() if lead else ""
        return cls(lead[:_HEAD].rstrip(), figures, digest)

    def is_same(self, other: "Text") -> bool:
        """Return True if both exist and are equal."""
        return bool(self.head) and self.digest == other.digest

    def is_other(self, other: "Text") -> bool:
        """Return True if both exist and differ in figures or words."""
        if not self.head or not other.head or self.digest == other.digest:
            return False
        return self._has_other_figures(other) or not self._is_worded_similarly(other)

    def is_next_of(self, other: "Text") -> bool:
        """Return True if both have the same wording with other figures, such as daily bulletins."""
        return self._has_other_figures(other) and self._is_worded_similarly(other)

    def _has_other_figures(self, other: "Text") -> bool:
        """Return True if the figures differ, in their order; a truncated text only has fewer."""
        shorter, longer = sorted((self.figures, other.figures), key=len)
        ours = figures_and_dates(_normalized(self.head))
        theirs = figures_and_dates(_normalized(other.head))
        return not longer.startswith(shorter) or bool(ours - theirs and theirs - ours)

    def _is_worded_similarly(self, other: "Text") -> bool:
        return max(overlap(_normalized(self.head), _normalized(other.head))) >= SAME_WORDING


@lru_cache(maxsize=64)  # a new text is compared with all texts of its headline
def _normalized(text: str) -> str:
    return normalize_text(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """The signs by which the entry of a report is recognized."""

    title: str
    url: str
    source: str
    text: Text
    seen_at: datetime
    published_at: datetime | None  # of the new report only: an edit may change that of others
    story_id: str = ""

    @classmethod
    def of(cls, features: Features, *, story_id: str = "") -> "Sighting":
        """Take the signs from the features of a report."""
        return cls(
            title=features.title,
            url=features.canonical_url,
            source=features.outlet,
            text=Text(features.lead_head, features.lead_figures, features.lead_digest),
            seen_at=features.seen_at,
            published_at=features.published_at,
            story_id=story_id,
        )

    def recognize(self, seen: "Sighting") -> Fold | None:
        """Return the fold into an earlier report's story if both are the same entry, else None."""
        if self.url and self.url == seen.url:
            is_again = self.is_repeat_of_page(seen)
            return _fold(seen.story_id, "same-url", self.url) if is_again else None
        if self.is_repeat_of_headline(seen):
            return _fold(seen.story_id, "same-title", self.title, score=1.0)
        return None

    def is_repeat_of_page(self, seen: "Sighting") -> bool:
        """Return True if a page still shows the same entry.

        Another text under another headline is another article. So is another text of the same
        outlet half a day later, because some pages are renewed daily. Without texts, the date or
        the headline decides.
        """
        if not self.text.is_other(seen.text):
            return not self._is_renewed(seen)
        is_rewritten = _may_be_rewritten(self.title, seen.title)
        if self._is_dated_before(seen) and is_rewritten:
            return True
        is_own_page = self.source == seen.source
        if self._comes_later(seen):
            return is_rewritten and not is_own_page
        return is_rewritten or not is_own_page

    def _is_renewed(self, seen: "Sighting") -> bool:
        """Return True if a page has another entry by its date or headline, without texts."""
        if self.title == seen.title:
            return not (self.text.head or seen.text.head) and self._is_dated_after(seen)
        if (self.text.head and seen.text.head) or self.source != seen.source:
            return False
        return self._comes_later(seen) and not _may_be_rewritten(self.title, seen.title)

    def is_repeat_of_headline(self, seen: "Sighting") -> bool:
        """Return True if the same headline on another page of its site is the same entry."""
        if self.text.is_other(seen.text) or _url_dates_differ(self.url, seen.url):
            return False
        if self._is_dated_after(seen):
            return False
        if self.text.is_same(seen.text) or self._is_dated_before(seen):
            return True
        gap = self.seen_at - seen.seen_at
        is_edited = bool(self.text.head and seen.text.head)
        has_other_number = _url_numbers_differ(self.url, seen.url)
        is_one_page = is_edited or gap <= TWICE_WITHIN or not has_other_number
        return is_one_page and gap <= RENEWED_AFTER

    def is_namesake(self, seen: "Sighting") -> bool:
        """Return True if the same headline belongs to another entry that is not a copy.

        For example, an outlet uses one headline for all of its daily bulletins. The pages of an
        aggregator have headlines of many outlets, which may be copies.
        """
        return self.source == seen.source or self.text.is_next_of(seen.text)

    def _comes_later(self, seen: "Sighting") -> bool:
        return (self.published_at or self.seen_at) - seen.seen_at > RENEWED_AFTER

    def _is_dated_after(self, seen: "Sighting") -> bool:
        return bool(self.published_at) and self._comes_later(seen)

    def _is_dated_before(self, seen: "Sighting") -> bool:
        """Return True if the entry was published before the other one was seen."""
        return self.published_at is not None and self.published_at <= seen.seen_at


def is_return(features: Features, earlier: EarlierEntry, *, outlet: str) -> bool:
    """Return True if a page shows an earlier entry again, perhaps after a long time.

    Both must have the same title. `outlet` is the outlet of the earlier entry.
    """
    ours, before = Sighting.of(features), earlier.entry
    seen = replace(
        ours,
        source=outlet,
        text=Text.of(before.title, before.summary or before.content, outlet),
        seen_at=earlier.seen_at,
    )
    return ours.is_repeat_of_page(seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryComparison:
    """The differences between two entries with the same GUID."""

    is_other_page: bool
    is_same_title: bool
    is_other_title: bool  # not merely rewritten
    is_other_text: bool
    is_similar_text: bool  # both have texts, which may be versions of one

    @classmethod
    def compare(cls, entry: Entry, other: Entry) -> "EntryComparison":
        """Compare an entry with its stored version."""
        texts = _text_of(entry), _text_of(other)
        is_other_text = texts[0].is_other(texts[1])
        pages = entry.canonical_url, other.canonical_url
        titles = clean_title(entry.title), clean_title(other.title)
        return cls(
            is_other_page=all(pages) and pages[0] != pages[1],
            is_same_title=titles[0] == titles[1],
            is_other_title=not _may_be_rewritten(*titles),
            is_other_text=is_other_text,
            is_similar_text=bool(texts[0].head and texts[1].head) and not is_other_text,
        )


def _text_of(entry: Entry) -> Text:
    return Text.of(entry.title, entry.summary or entry.content, entry.source)


class _Sightings:
    """The sightings for each key, in order of time."""

    def __init__(self) -> None:
        # Tuples: most keys have one sighting, and a deque of one takes 760 bytes.
        self._by_key: dict[str, tuple[Sighting, ...]] = {}

    def of(self, key: str) -> Sequence[Sighting]:
        return self._by_key.get(key, ())

    def add(self, key: str, seen: Sighting) -> None:
        if key:
            self._by_key[key] = (*self._by_key.get(key, ())[1 - _MAX_SIGHTINGS :], seen)

    def forget(self, key: str, seen: Sighting) -> None:
        known = self._by_key.get(key)
        if not known or known[0] is not seen:
            return
        if len(known) > 1:
            self._by_key[key] = known[1:]
        else:
            del self._by_key[key]


class PageIndex:
    """Remembers the pages and headlines of the last days, and their entries.

    The answers depend only on the reports and stories added, in their order.
    """

    def __init__(self) -> None:
        self._pages = _Sightings()
        self._headlines = _Sightings()
        self._order: deque[tuple[Sighting, str]] = deque()

    def find(self, features: Features) -> Fold | None:
        """Return the fold into the story of the same entry if it was seen before, else None."""
        on_page = self._pages.of(features.canonical_url)
        with_headline = self._headlines.of(_headline(features))
        if not on_page and not with_headline:
            return None
        ours = Sighting.of(features)
        for seen in (*list(on_page)[-1:], *reversed(with_headline)):
            if fold := ours.recognize(seen):
                known = (*on_page, *with_headline)
                sources = {old.source for old in known if old.story_id == fold.story_id}
                return replace(fold, is_own_repeat=ours.source in sources)
        return None

    def namesakes(self, features: Features) -> frozenset[str]:
        """Return the stories of other entries with the same headline on the same site.

        If `find` returns None, the shared headline is no reason to join these stories.
        """
        with_headline = self._headlines.of(_headline(features))
        if not with_headline:
            return frozenset()
        ours = Sighting.of(features)
        return frozenset(seen.story_id for seen in with_headline if ours.is_namesake(seen))

    def add(self, features: Features, story_id: str) -> None:
        """Record a report as part of a story."""
        seen = Sighting.of(features, story_id=story_id)
        headline = _headline(features)
        self._pages.add(seen.url, seen)
        self._headlines.add(headline, seen)
        self._order.append((seen, headline))

    def expire(self, before: datetime) -> None:
        """Forget the sightings before a time."""
        while self._order and self._order[0][0].seen_at < before:
            seen, headline = self._order.popleft()
            self._pages.forget(seen.url, seen)
            self._headlines.forget(headline, seen)


def _headline(features: Features) -> str:
    """Return a headline and its site as one key; "" if one of them is unknown."""
    known = features.site and features.title
    return f"{features.site}\n{features.title}" if known else ""


def _may_be_rewritten(title: str, other: str) -> bool:
    """Return True if one headline may be an edit of the other, and not another instalment."""
    likeness = compare_titles(title, other)
    if likeness.conflict is Conflict.INSTALMENT:
        return False
    return likeness.is_close or shared_terms(title, other) >= REWRITTEN_TERMS


def _url_dates_differ(url: str, other: str) -> bool:
    dates, others = _URL_DATE.findall(url), _URL_DATE.findall(other)
    return bool(dates) and bool(others) and _plain(dates) != _plain(others)


def _plain(dates: list[tuple[str, ...]]) -> list[tuple[str, str, str]]:
    return [(year, month, day) for year, _, month, day in dates]


def _url_numbers_differ(url: str, other: str) -> bool:
    numbers, others = set(_URL_NUMBER.findall(url)), set(_URL_NUMBER.findall(other))
    return bool(numbers - others and others - numbers)


def _fold(story_id: str, reason: str, evidence: str, *, score: float = 0.0) -> Fold:
    return Fold(
        story_id=story_id,
        relation=Relation.SAME_ENTRY,
        reason=reason,
        score=score,
        threshold=0.0,
        evidence=(evidence,),
    )
