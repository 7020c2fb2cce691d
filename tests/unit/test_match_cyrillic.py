"""Russian and Ukrainian terms in all their cases: kinds of words, and every term that we ship."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pymorphy3
import pytest

from builders.watchlists import found
from straitwatch.config import load_lists
from straitwatch.core.match.cyrillic import CYRILLIC, phrase_forms
from straitwatch.core.query import Mode, Phrase, parse_term

CONFIG = Path(__file__).parents[2] / "config"
CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")


@pytest.mark.parametrize(
    ("term", "forms"),
    [
        # Ukrainian: і becomes о or е, е falls out, consonants change
        ("Львів", ["Львова", "Львову", "Львові"]),
        ("перехід", ["переходу", "переходом", "переходи"]),
        ("острів", ["острова", "островів", "островами"]),
        ("літак", ["літаки", "літаків", "літаками"]),
        ("корабель", ["корабля", "кораблі", "кораблів"]),
        ("армія", ["армії", "армій", "арміями"]),
        ("загроза", ["загроз", "загрозами"]),
        ("Варшава", ["Варшаві", "Варшавою"]),
        # names
        ("Зеленський", ["Зеленського", "Зеленським", "Зеленському"]),
        ("Лукашенко", ["Лукашенка", "Лукашенком"]),
        ("Шульцін", ["Шульціна", "Шульціним", "Шульціну"]),  # in no dictionary
        ("Тайвань", ["Тайваню", "Тайваня", "Тайванем"]),
        # phrases: each word that can change does
        ("Ден Сяопін", ["Дена Сяопіна", "Деном Сяопіном", "Дену Сяопіну"]),
        ("Чорний дім", ["Чорного дому", "Чорним домом", "Чорному домі"]),
        ("прибережна батарея", ["прибережної батареї", "прибережні батареї", "прибережних батарей"]),
        ("велике військове свято", ["великого військового свята", "великі військові свята"]),
        ("Рада старійшин", ["Ради старійшин", "Радою старійшин"]),
        ("риболовний човен-матка", ["риболовного човна-матки", "риболовні човни-матки"]),
        ("озброїти сусіда", ["озброїв сусіда", "озброять сусіда"]),
        ("візит до Китаю", ["візиту до Китаю", "візитом до Китаю"]),
        ("глава держави", ["глави держави", "главою держави"]),
        # Russian
        ("Дэн Сяопин", ["Дэна Сяопина", "Дэном Сяопином"]),
        ("поездка в Пекин", ["поездки в Пекин", "поездкой в Пекин"]),
        ("вооружить соседа", ["вооружил соседа", "вооружат соседа"]),
        ("Верховная избирательная комиссия", ["Верховной избирательной комиссией"]),
        ("председатель Мао", ["председателя Мао", "председателем Мао"]),
    ],
)  # fmt: skip
def test_cyrillic_term_is_found_in_its_cases(term: str, forms: list[str]) -> None:
    assert [form for form in forms if found(f"О том: {form}.", term) != [form]] == []


def test_words_after_a_preposition_keep_their_case() -> None:
    assert ("визита", "на", "тайваня") not in phrase_forms(("визит", "на", "Тайвань"))


def test_every_cyrillic_term_that_is_shipped_is_found_in_all_cases() -> None:
    missing = {
        term: absent
        for term, words in _shipped_terms().items()
        if (absent := sorted(set(_expected(words)) - phrase_forms(tuple(words))))
    }

    assert missing == {}


def _shipped_terms() -> dict[str, list[str]]:
    lists = load_lists(CONFIG)
    texts = [text for terms in lists.term_sets.values() for text in terms.any]
    phrases = {text.text: parse_term(text) for text in texts if CYRILLIC.search(text.text)}
    return {
        text: [word.text for word in phrase.words]
        for text, phrase in phrases.items()
        if isinstance(phrase, Phrase)
        and all(word.mode is Mode.PLAIN and not word.is_prefix for word in phrase.words)
    }


def _expected(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Decline a phrase of adjectives, one noun and an unchanging rest, by each dictionary."""
    lowered = [word.lower() for word in words]
    for language in ("ru", "uk"):
        if not all(map(_dictionary(language).word_is_known, lowered)):
            continue
        head = next((at for at, word in enumerate(lowered) if _noun(language, word)), None)
        if head is None or _is_acronym(words[head]):
            continue
        noun = _noun(language, lowered[head])
        adjectives = [_adjective(language, word) for word in lowered[:head]]
        if None in adjectives or (head + 1 < len(words) and _noun(language, lowered[head + 1])):
            continue
        for case in CASES:
            wanted = {case, *({"plur"} if noun.tag.number == "plur" else set())}
            form = noun.inflect(wanted)
            parts = [_agreeing(one, form, case) for one in adjectives if form is not None]
            if form is not None and all(parts):
                yield (*parts, form.word, *lowered[head + 1 :])  # type: ignore[misc]


@cache
def _dictionary(language: str) -> Any:
    return pymorphy3.MorphAnalyzer(lang=language)


def _noun(language: str, word: str) -> Any:
    return _reading(language, word, "NOUN")


def _adjective(language: str, word: str) -> Any:
    return _reading(language, word, "ADJF")


def _reading(language: str, word: str, kind: str) -> Any:
    tags = ((one, one.tag) for one in _dictionary(language).parse(word))
    return next((one for one, tag in tags if kind == tag.POS and tag.case == "nomn"), None)


def _agreeing(adjective: Any, noun: Any, case: str) -> str | None:
    number = "plur" if noun.tag.number == "plur" else noun.tag.gender
    form = adjective.inflect({case, number}) if number else None
    return form.word if form else None


def _is_acronym(word: str) -> bool:
    return word.isupper() and len(word) > 1
