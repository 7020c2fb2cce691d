"""All case forms of Russian and Ukrainian terms, made once, when the lists are compiled.

Russian forms come from pymorphy3's dictionary, which also guesses unknown names; phrases inflect
as phrases (the adjectives agree with their noun, what follows the noun stays). Without the
dictionary, and for Ukrainian, a table of endings serves. A wrong form costs nothing: nobody
writes it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice, product
from typing import Any

MAX_FORMS = 400  # of one phrase
CYRILLIC = re.compile("[\u0400-\u04ff]")
_ONLY_UKRAINIAN = re.compile("[іїєґ']")
_ONLY_RUSSIAN = re.compile(r"[ыэъё]|[^ь]ск(?:ий|ая|ое|ие)\b|(?:ая|ое|ие|ия|ть)\b")
_CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct", "gen2", "loc2", "acc2")
_NAMED_LIKE_IT = 0.2  # score of a reading that counts when the word is no dictionary form

_Forms = Callable[[str], frozenset[str]]


def phrase_forms(words: Sequence[str]) -> set[tuple[str, ...]]:
    """Give every form of a phrase of lower-case Cyrillic words."""
    lowered = tuple(word.lower() for word in words)
    text = " ".join(lowered)
    found = {lowered}
    if not _ONLY_UKRAINIAN.search(text):
        found |= _russian_phrase(lowered)
    if not _ONLY_RUSSIAN.search(text):
        found |= set(islice(_table_phrase(lowered, _ukrainian), MAX_FORMS))
    return found


def _table_phrase(words: tuple[str, ...], forms: _Forms) -> Iterator[tuple[str, ...]]:
    head = _table_head(words)
    choices = [
        sorted(_adjective(word) if at < head else forms(word)) if at <= head else [word]
        for at, word in enumerate(words)
    ]
    return product(*choices)


def _adjective(word: str) -> frozenset[str]:
    endings = _ADJECTIVE_UK if not _ONLY_RUSSIAN.search(word) else _ADJECTIVE_RU
    stem = re.sub("(?:ий|ій|ый|ой|ая|яя|ое|ее|ые|ие|а|е|і)$", "", word)
    if stem == word:
        return frozenset({word})
    return frozenset({word, *(stem + end for end in endings.split())})


def _table_head(words: tuple[str, ...]) -> int:
    """Adjectives stand before their noun; what follows it (a genitive) does not inflect."""
    for at, word in enumerate(words):
        if not re.search("(?:ий|ій|ый|ой|ая|яя|ое|ее|ые|ие|а|е|і)$", word) or at == len(words) - 1:
            return at
        if word.endswith(("а", "е", "і")) and not re.search("(?:ськ|цьк|н|в)[аеі]$", word):
            return at
    return len(words) - 1


# ---------------------------------------------------------------- Russian


@cache
def _analyzer() -> Any | None:
    """Load the dictionary when the first Russian term asks for it: it takes a quarter second."""
    try:
        import pymorphy3  # noqa: PLC0415 - most offline commands never need it

        return pymorphy3.MorphAnalyzer(lang="ru")
    except (ImportError, ValueError):
        return None


@lru_cache(maxsize=20_000)
def _russian_phrase(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    analyzer = _analyzer()
    if analyzer is None:
        return set(islice(_table_phrase(words, _russian_table), MAX_FORMS))
    if len(words) == 1:
        return {(form,) for form in _russian_word(words[0])}
    readings = [_readings(word)[0] for word in words]
    head = next((at for at, reading in enumerate(readings) if _is_named(reading)), None)
    if head is None:
        return {words}
    return set(islice(_agreeing(words, readings, head), MAX_FORMS))


def _russian_word(word: str) -> frozenset[str]:
    forms = {form.word for reading in _readings(word) for form in reading.lexeme}
    return frozenset({word, *forms})


@lru_cache(maxsize=20_000)
def _readings(word: str) -> list[Any]:
    analyzer = _analyzer()
    assert analyzer is not None  # noqa: S101 - checked by the callers
    readings = analyzer.parse(word)
    plain = word.replace("ё", "е")
    named = [it for it in readings if it.normal_form.replace("ё", "е") == plain]
    chosen = named or [readings[0], *(it for it in readings[1:] if it.score >= _NAMED_LIKE_IT)]
    nouns_first = sorted(chosen, key=lambda it: not _is_named(it))
    distinct = {(it.normal_form, it.tag.POS): it for it in reversed(nouns_first)}
    return [it for it in nouns_first if distinct.get((it.normal_form, it.tag.POS)) is it]


def _is_named(reading: Any) -> bool:
    return bool(reading.tag.POS == "NOUN")


def _agreeing(words: tuple[str, ...], readings: list[Any], head: int) -> Iterator[tuple[str, ...]]:
    tail = [
        reading if _is_named(reading) and reading.word == reading.normal_form else None
        for reading in readings[head + 1 :]
    ]
    for form in readings[head].lexeme:
        before = [_agree(it, form, noun=readings[head]) for it in readings[:head]]
        after = [
            _agree(it, form, noun=it) if it is not None else [words[head + 1 + at]]
            for at, it in enumerate(tail)
        ]
        yield from product(*before, [form.word], *after)


def _agree(reading: Any, form: Any, *, noun: Any) -> list[str]:
    """Give the forms of an adjective, or of a name beside a name, that go with a noun's form."""
    if reading.tag.POS not in {"ADJF", "PRTF", "NOUN", "ADJS"}:
        return [reading.word]
    case, number = form.tag.case, form.tag.number
    gender = noun.tag.gender if number == "sing" and reading.tag.POS != "NOUN" else None
    fitting = {
        it.word
        for it in reading.lexeme
        if it.tag.case == case
        and (it.tag.number == number or reading.tag.POS == "NOUN")
        and (gender is None or it.tag.gender == gender)
    }
    return sorted(fitting) or [reading.word]


# ---------------------------------------------------------------- tables of endings

_ADJECTIVE_RU = "ый ий ой ого его ому ему ым им ом ем ая яя ую юю ою ею ое ее ые ие ых их ыми ими"
_RUSSIAN_ENDINGS = (
    (r"(?:ый|ий|ой|ая|яя|ое|ее|ые|ие)$", _ADJECTIVE_RU),
    (r"ия$", "ия ии ию ией ий иям иями иях"),
    (r"ие$", "ие ия ию ием ии ий иям иями иях"),
    (r"ия$", "ия ий иям иями иях"),
    (r"а$", "а ы и е у ой ою ам ами ах -"),
    (r"я$", "я и е ю ей ею ям ями ях ь й"),
    (r"о$", "о а у ом е ам ами ах -"),
    (r"ь$", "ь я ю ем е и ью ей ям ями ях"),
    (r"й$", "й я ю ем е и ев ям ями ях"),
    (r"ы$", "ы ов ам ами ах -"),
    (r"$", "- а у ом е ы и ов ам ами ах"),
)
_ADJECTIVE_UK = "ий ого ому им ім а ої ій у ою е і их ими"
_UKRAINIAN_ENDINGS = (
    (r"ій$", "ій ього ьому ім я ьої ю ьою є і іх іми ого ої ою у а е"),
    (r"увати$", "увати ую уєш ує уємо уєте ують ував увала увало ували"),
    (r"ювати$", "ювати юю юєш ює юємо юєте юють ював ювала ювало ювали"),
    (r"авати$", "авати аю аєш ає аємо аєте ають авав авала авало авали"),
    (r"ати$", "ати аю аєш ає аємо аєте ають ав ала ало али"),
    (r"(?<=[бпвмф])ити$", "ити лю иш ить имо ите лять ив ила ило или"),
    (r"ити$", "ити иш ить имо ите ять ать ив ила ило или"),
    (r"тися$", "тися вся лася лося лися"),
    (r"ння$", "ння нню нням нні нь ннями ннях"),
    (r"ття$", "ття ттю ттям тті ть ттями ттях"),
    (r"ія$", "ія ії ію ією іє ій іям іями іях"),
    (r"(?<=[аеоуиіїю])я$", "я ї ю єю є й їв ям ями ях"),
    (r"я$", "я і ю ею е ь й ям ями ях"),
    (r"га$", "га ги зі гу гою го г гам гами гах"),
    (r"ка$", "ка ки ці ку кою ко к кам ками ках ок"),
    (r"ха$", "ха хи сі ху хою хо х хам хами хах"),
    (r"а$", "а и і у ою о - ам ами ах"),
    (r"о$", "о а у ом і - ам ами ах ові"),
    (r"е$", "е я ю ем і ям ями ях"),
    (r"ець$", "ець ця цю цем ці ців цям цями цях цеві цю"),
    (r"ель$", "ель ля лю лем лі лів лям лями лях леві"),
    (r"ень$", "ень ня ню нем ні нів ням нями нях"),
    (r"ок$", "ок ку ка ком ки ків кам ками ках кові оком оку ока"),
    (r"ів$", "ів ова ову овом ові ови овам овами овах"),
    (r"ь$", "ь я ю ем і ей ям ями ях ьми ті еві"),
    (r"(?<=[аеоуиі])й$", "й я ю єві єм ї їв ям ями ях"),
    (r"й$", "й я ю єм ї їв ям ями ях"),
    (r"и$", "и ів ам ами ах -"),
    (r"і$", "і ів їв ям ями ях ам ами ах"),
    (r"у$", "у"),
    (r"$", "- а у ові ом і и ів ам ами ах е ою"),
)


def _by_table(word: str, table: tuple[tuple[str, str], ...]) -> frozenset[str]:
    for pattern, endings in table:
        found = re.search(pattern, word)
        if found:
            stem = word[: found.start()]
            return frozenset({word, *(stem + end.replace("-", "") for end in endings.split())})
    return frozenset({word})


@lru_cache(maxsize=20_000)
def _russian_table(word: str) -> frozenset[str]:
    return _by_table(word, _RUSSIAN_ENDINGS)


@lru_cache(maxsize=20_000)
def _ukrainian(word: str) -> frozenset[str]:
    if re.search("ий$|[сц]ьк[аеі]$", word):
        return _adjective(word)
    return _by_table(word, _UKRAINIAN_ENDINGS)
