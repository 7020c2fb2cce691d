"""Reads the features of an entry that folding compares: terms, names, figures and facts."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property

from straitwatch.core.cluster.fact_reader import FactReader
from straitwatch.core.cluster.guards import quantities
from straitwatch.core.cluster.identity import Text
from straitwatch.core.cluster.lexicon import Lexicon
from straitwatch.core.cluster.text import (
    MAX_TERMS,
    SUMMARY_CHARACTERS,
    clean_title,
    script_of,
    terms,
)
from straitwatch.core.listing import heading_of
from straitwatch.core.model import Entry, Features

_MIN_FIGURE = 10  # smaller figures such as "two ships" are too common
_LANGUAGES = {"kana": "ja", "hangul": "ko", "han": "zh", "arabic": "ar"}  # by script


class FeatureReader:
    """Reads entries; the same text gives the same features on every machine."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    @cached_property
    def _facts(self) -> FactReader:
        return FactReader(self._lexicon)

    def read(
        self,
        entry: Entry,
        *,
        outlet: str,
        language: str,
        watchlists: Iterable[str],
        seen_at: datetime,
    ) -> Features:
        """Return the features of an entry that one outlet published, without a vector."""
        characters, finder = self._lexicon.characters, self._lexicon.finder
        heading = heading_of(entry)  # posts without a title differ in their texts
        title = clean_title(heading.translate(characters))
        text = Text.of(entry.title, entry.summary or entry.content, outlet)
        lead = (entry.summary or entry.content)[:SUMMARY_CHARACTERS].translate(characters)
        title_terms = tuple(dict.fromkeys(terms(title)))
        lead_terms = dict.fromkeys(terms(lead))
        room = MAX_TERMS - len(title_terms)
        fresh = [term for term in lead_terms if term not in title_terms][: max(room, 0)]
        title_names = tuple(finder.find(title, ""))
        names = finder.find(title, lead)
        return Features(
            entry_id=entry.id,
            seen_at=seen_at,
            title=title,
            canonical_url=entry.canonical_url,
            site=" ".join((entry.canonical_url.partition("/")[0] or outlet).split()),
            outlet=" ".join(outlet.split()),
            published_at=entry.published_at,
            language=language_of(heading, language),
            watchlists=tuple(watchlists),
            title_terms=title_terms,
            lead_terms=(*(term for term in lead_terms if term in title_terms), *fresh),
            title_names=title_names,
            lead_names=tuple(name for name in names if name not in title_names),
            lead_head=text.head,
            lead_figures=text.figures,
            lead_digest=text.digest,
            facts=self._facts.read(title, lead).to_text(),
            figures=tuple(sorted(q for q in quantities(title) if float(q) >= _MIN_FIGURE)),
        )


def language_of(title: str, declared: str) -> str:
    """Return the language of a title as a primary subtag; its script overrides a wrong tag."""
    script = script_of(title)
    declared = declared.partition("-")[0].lower()
    declared = declared if declared.isascii() and declared.isalpha() else ""
    if script == "cyrillic":
        return declared if declared in ("ru", "uk", "be", "bg", "sr") else "ru"
    if script == "han" and declared in ("ja", "ko"):
        return declared
    return _LANGUAGES.get(script, declared if declared not in _LANGUAGES.values() else "en")
