"""Inflects Russian and Ukrainian terms when the lists are compiled.

The forms come from the dictionaries of pymorphy3, which are loaded for the first such term. In a
phrase, adjectives agree with their noun and names beside it have its case, but its dependents (a
genitive, words after a preposition) are not changed. The forms of unknown names are guessed from
tables of endings. A wrong form has no effect, because texts do not contain it.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache, lru_cache
from itertools import product
from typing import Any, NamedTuple

MAX_FORMS = 400  # of one phrase
CYRILLIC = re.compile("[\u0400-\u04ff]")
_ONLY_UKRAINIAN = re.compile("[іїєґ']")
_ONLY_RUSSIAN = re.compile("[ыэъё]")
_APOSTROPHES = str.maketrans("’ʼ", "''")
_LIKELY = 0.2  # minimal score of a reading whose dictionary form is another word
_GENDERS = frozenset({"masc", "femn", "neut"})
_SECOND_CASES = {"gen2": "gent", "loc2": "loct", "acc2": "accs"}
_CASES = frozenset({"nomn", "gent", "datv", "accs", "ablt", "loct", "voct", *_SECOND_CASES})
_ANY_CASE = "any"
_KINDS = {"NOUN": "noun", "ADJF": "adjective", "PRTF": "adjective"}
_KINDS |= {"VERB": "verb", "INFN": "verb"}


class _Form(NamedTuple):
    """A form of a word; guessed forms have any case, and verbs have none."""

    word: str
    case: str | None = None
    number: str = "sing"
    gender: str | None = None


class _Reading(NamedTuple):
    """One reading of a word, such as a noun or a verb, with all its forms."""

    kind: str
    forms: tuple[_Form, ...]
    is_base: bool = True  # the word itself is a dictionary form


@lru_cache(maxsize=20_000)
def phrase_forms(words: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    """Return every form of a phrase of Cyrillic words, in lower case."""
    lowered = tuple(word.lower().translate(_APOSTROPHES) for word in words)
    names = tuple(word[:1].isupper() and not word.isupper() for word in words)
    found = {lowered}
    for language in _languages(lowered):
        found |= _first(_forms(language, lowered, names))
    return frozenset(found)


def _first(forms: Iterator[tuple[str, ...]]) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for form in forms:
        found.add(form)
        if len(found) == MAX_FORMS:
            break
    return found


def _languages(words: Sequence[str]) -> list[str]:
    """Return the possible languages of a phrase: those whose dictionary has all words, or both."""
    text = " ".join(words)
    if _ONLY_UKRAINIAN.search(text):
        return ["uk"]
    if _ONLY_RUSSIAN.search(text):
        return ["ru"]
    cyrillic = [word for word in words if CYRILLIC.search(word)]
    both = ["ru", "uk"]
    knowing = [code for code in both if all(_is_known(code, word) for word in cyrillic)]
    return knowing or both


# ---------------------------------------------------------------- phrases


def _forms(
    language: str, words: tuple[str, ...], names: tuple[bool, ...]
) -> Iterator[tuple[str, ...]]:
    readings = [
        _read(language, word, is_name=name) for word, name in zip(words, names, strict=True)
    ]
    if len(words) == 1:
        return ((form.word,) for reading in readings[0] for form in reading.forms)
    head = _find_head(words, readings)
    if head is None:
        return _with_verb(words, readings[0])
    return _agreeing(words, readings, head)


def _find_head(words: tuple[str, ...], readings: Sequence[Sequence[_Reading]]) -> int | None:
    """Find the first noun that does not describe the next word."""
    for at, choices in enumerate(readings):
        following = at + 1 < len(words) and _describes(
            (words[at], choices), (words[at + 1], readings[at + 1])
        )
        kinds = {reading.kind for reading in choices}
        if "noun" in kinds and not following:
            return at
        if "adjective" not in kinds:
            return None
    return None


def _describes(
    first: tuple[str, Sequence[_Reading]], second: tuple[str, Sequence[_Reading]]
) -> bool:
    """Return True if the first word is an adjective that agrees with the second."""
    adjectives = _base_forms(*first, kinds={"adjective"})
    described = list(_base_forms(*second, kinds={"noun", "adjective"}))
    return any(_agree(adjective, word) for adjective in adjectives for word in described)


def _base_forms(
    word: str, readings: Sequence[_Reading], *, kinds: Collection[str]
) -> Iterator[_Form]:
    plain = word.replace("ё", "е")
    for reading in readings:
        for form in reading.forms if reading.kind in kinds else ():
            if form.word.replace("ё", "е") == plain and form.case in {"nomn", _ANY_CASE}:
                yield form


def _with_verb(words: tuple[str, ...], readings: Sequence[_Reading]) -> Iterator[tuple[str, ...]]:
    for reading in readings:
        if reading.kind == "verb":
            yield from ((form.word, *words[1:]) for form in reading.forms)


def _agreeing(
    words: tuple[str, ...], readings: Sequence[Sequence[_Reading]], head: int
) -> Iterator[tuple[str, ...]]:
    beside = _apposition(readings, head)
    for noun in (reading for reading in readings[head] if reading.kind == "noun"):
        for form in noun.forms:
            before = [_fitting(words[at], readings[at], form) for at in range(head)]
            after = [
                _in_case(words[at], readings[at], form) if at < beside else [words[at]]
                for at in range(head + 1, len(words))
            ]
            yield from product(*before, [form.word], *after)


def _apposition(readings: Sequence[Sequence[_Reading]], head: int) -> int:
    """Return the end of the nouns after the head that agree with it in case."""
    end = head + 1
    while end < len(readings) and any(
        reading.kind == "noun" and reading.is_base for reading in readings[end]
    ):
        end += 1
    return end


def _fitting(word: str, readings: Sequence[_Reading], noun: _Form) -> list[str]:
    """Return the forms of an adjective that agree with a form of the noun."""
    fitting = {
        form.word
        for reading in readings
        if reading.kind == "adjective"
        for form in reading.forms
        if _agree(form, noun)
    }
    return sorted(fitting) or [word]


def _agree(form: _Form, noun: _Form) -> bool:
    if _ANY_CASE in (form.case, noun.case):
        return True
    if (form.case, form.number) != (noun.case, noun.number):
        return False
    return form.number == "plur" or None in (form.gender, noun.gender) or form.gender == noun.gender


def _in_case(word: str, readings: Sequence[_Reading], noun: _Form) -> list[str]:
    """Return a name in the case of the noun beside it, and unchanged, as it may be a dependent."""
    fitting = {
        form.word
        for reading in readings
        if reading.kind == "noun" and reading.is_base
        for form in reading.forms
        if _ANY_CASE in (form.case, noun.case) or form.case == noun.case
    }
    return sorted({word, *fitting})


# ---------------------------------------------------------------- words


@cache
def _analyzer(language: str) -> Any | None:
    """Load a dictionary, which takes a fifth of a second."""
    try:
        import pymorphy3  # noqa: PLC0415 - most offline commands never need it

        return pymorphy3.MorphAnalyzer(lang=language)
    except (ImportError, ValueError):
        return None


def unload_dictionaries() -> None:
    """Free the memory of the dictionaries, about 45 MB; computed forms stay cached."""
    _analyzer.cache_clear()


@lru_cache(maxsize=20_000)
def _is_known(language: str, word: str) -> bool:
    analyzer = _analyzer(language)
    return analyzer is not None and bool(analyzer.word_is_known(word))


@lru_cache(maxsize=20_000)
def _read(language: str, word: str, *, is_name: bool) -> tuple[_Reading, ...]:
    """Return the readings of a word; a capitalized unknown word is read as a name."""
    analyzer = _analyzer(language)
    if analyzer is None:
        return (_by_table(language, word),)
    if language == "uk" and (compound := _compound(word)):
        return (compound,)
    likely = {_paradigm(parsed): parsed for parsed in _likely(analyzer.parse(word), word)}
    readings = tuple(_reading(language, parsed) for parsed in likely.values())
    is_nominal = any(reading.kind in {"noun", "adjective"} for reading in readings)
    is_adjective = any(reading.kind == "adjective" for reading in readings)
    if (is_name and not is_nominal) or (
        language == "uk" and not _is_known(language, word) and not is_adjective
    ):
        return (_by_table(language, word), *readings)
    return readings


def _compound(word: str) -> _Reading | None:
    """Inflect both nouns of a word such as корабель-док; the dictionary inflects only the last."""
    first, dash, last = word.rpartition("-")
    if not dash or _is_known("uk", word) or not (_is_known("uk", first) and _is_known("uk", last)):
        return None
    left, right = (
        [form for reading in _read("uk", part, is_name=False) for form in _nouns(reading)]
        for part in (first, last)
    )
    forms = (
        other._replace(word=f"{other.word}-{one.word}")  # adjectives agree with the first
        for one in right
        for other in left
        if (one.case, one.number) == (other.case, other.number)
    )
    return _Reading("noun", tuple(dict.fromkeys(forms))) if left and right else None


def _nouns(reading: _Reading) -> tuple[_Form, ...]:
    return reading.forms if reading.kind == "noun" and reading.is_base else ()


def _likely(parsed: Sequence[Any], word: str) -> list[Any]:
    """Return the readings listed under this word, or the likely ones."""
    plain = word.replace("ё", "е")
    listed = [reading for reading in parsed if reading.normal_form.replace("ё", "е") == plain]
    if not listed:
        return [parsed[0], *(reading for reading in parsed[1:] if reading.score >= _LIKELY)]
    return listed + [
        reading
        for reading in parsed
        if reading.tag.POS in {"NOUN", "ADJF"} and reading.tag.case == "nomn"
    ]


def _reading(language: str, parsed: Any) -> _Reading:
    kind = _KINDS.get(str(parsed.tag.POS), "other")
    forms = [_form(member) for member in parsed.lexeme]
    if language == "uk" and kind == "noun":
        forms += [other for form in forms for other in _other_genitive(form)]
    return _Reading(kind, tuple(dict.fromkeys(forms)), parsed.word == parsed.normal_form)


def _paradigm(parsed: Any) -> tuple[str, ...]:
    """Return a key for the lexeme of a reading, equal for its nominative and accusative."""
    _, *where = parsed.methods_stack[0]
    return (parsed.normal_form, str(parsed.tag.POS), *map(str, where[1:2]))


def _form(parsed: Any) -> _Form:
    return _Form(parsed.word, *_grammar(str(parsed.tag)))


@lru_cache(maxsize=5_000)
def _grammar(tag: str) -> tuple[str | None, str, str | None]:
    """Read case, number and gender from a tag such as `NOUN,anim,masc plur,gent`."""
    grammemes = frozenset(re.split("[ ,]", tag))
    case = next(iter(grammemes & _CASES), None)
    number = "plur" if "plur" in grammemes else "sing"
    gender = next(iter(grammemes & _GENDERS), None) if number == "sing" else None
    return (_SECOND_CASES.get(case, case) if case else None), number, gender


def _other_genitive(form: _Form) -> Iterator[_Form]:
    """Yield the genitive Тайваня for Тайваню, because writers use both."""
    if form[1:] == ("gent", "sing", "masc") and form.word[-1] in "ую":
        yield form._replace(word=form.word[:-1] + ("а" if form.word[-1] == "у" else "я"))


# ---------------------------------------------------------------- tables of endings


_LOOKS_ADJECTIVE = re.compile("(?:ий|ый|ая|ое|ые|(?<=[сц]ьк)[аеі])$")
_ADJECTIVE_RU = "ый ий ой ого его ому ему ым им ом ем ая яя ую юю ою ею ое ее ые ие ых их ыми ими"
_RUSSIAN_ENDINGS = (
    (r"(?:ый|ий|ой|ая|яя|ое|ее|ые|ие)$", _ADJECTIVE_RU),
    (r"ия$", "ия ии ию ией ий иям иями иях"),
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
    (r"(?:ий|(?<=[сц]ьк)[аеі])$", _ADJECTIVE_UK),
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
    (r"(?<=[бвгґджзклмнпрстфхцчшщ])ін$", "ін іна іну іном іним іні інові іне"),
    (r"ів$", "ів ова ову овом ові ови овам овами овах"),
    (r"ь$", "ь я ю ем і ей ям ями ях ьми ті еві"),
    (r"(?<=[аеоуиі])й$", "й я ю єві єм ї їв ям ями ях"),
    (r"й$", "й я ю єм ї їв ям ями ях"),
    (r"и$", "и ів ам ами ах -"),
    (r"і$", "і ів їв ям ями ях ам ами ах"),
    (r"у$", "у"),
    (r"$", "- а у ові ом і и ів ам ами ах е ою"),
)


def _with_endings(word: str, table: tuple[tuple[str, str], ...]) -> frozenset[str]:
    for pattern, endings in table:
        found = re.search(pattern, word)
        if found:
            stem = word[: found.start()]
            return frozenset({word, *(stem + end.replace("-", "") for end in endings.split())})
    return frozenset({word})


def _by_table(language: str, word: str) -> _Reading:
    """Guess the forms of a word that no dictionary knows."""
    table = _UKRAINIAN_ENDINGS if language == "uk" else _RUSSIAN_ENDINGS
    forms = _with_endings(word, table)
    kind = "adjective" if _LOOKS_ADJECTIVE.search(word) else "noun"
    return _Reading(kind, tuple(_Form(form, _ANY_CASE) for form in sorted(forms)))
