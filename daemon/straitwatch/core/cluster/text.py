"""Cleans headlines and splits texts into the terms by which they are compared.

Scripts are recognized by their characters, not by a declared language, because feeds declare wrong
languages and headlines mix scripts. Latin and Cyrillic words are stemmed lightly, Han becomes
bigrams, katakana stays whole, Hangul loses its particles and becomes bigrams.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from sys import intern

from straitwatch.core.cluster.words import (
    HAN_CORRECTIONS,
    HAN_DIGITS,
    HAN_LABELS,
    HAN_OPPOSITES,
    HAN_PARTS,
    HAN_WEEKDAYS,
    INFORMATIVE,
    INFORMATIVE_TOGETHER,
)

SUMMARY_CHARACTERS = 400  # the lead; further text gained one point of B-cubed at most
MAX_TERMS = 48  # of one report; bounds memory, and no headline with its lead has more

_LABEL = re.compile(
    r"^(?:(?:breaking(?: news)?|updated?|live(?: updates?)?|watch|video|exclusive|just in|alert|"
    r"urgent|photos?|gallery|wrapup|correct(?:ed|ion)|refile|recast|rpt|factbox|срочно|молния|"
    r"обновлено|видео|фото|терміново|відео|快[讯訊]|速[报報]|突[发發]|[独獨]家|更新|[视視][频頻]|"
    r"속보|단독|号外|独自)(?:\s?\d{1,2})?\s?[-:|–—!]\s*|[\[【(（][^\]】)）\d]{1,16}[\]】)）]\s*)+"
)
_TAG_AT_END = re.compile(r"\s*[\[【(（][^\]】)）\d]{1,24}[\]】)）]\s*$")
_CUT_AT_END = re.compile(r"(?:\s*\.\.\.|\s*…)+\s*$")
_CLOSING = ("]", "】", ")", "）")
_MAYBE_OUTLET = re.compile(r"[|｜]|\s[-–—·:]")
_HAN_INFORMATIVE = re.compile(
    rf"[{''.join(HAN_DIGITS)}十百][{''.join(sorted(HAN_LABELS))}]|{HAN_PARTS}|^[上中下]$|"
    + "|".join(sorted({*HAN_CORRECTIONS, *(word for pair in HAN_OPPOSITES for word in pair)}))
)
_SEPARATOR = re.compile(r"\s+[-–—|·:]{1,2}\s+|\s*[|｜]\s*")
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_RUN = re.compile(
    r"(?P<han>[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々]+)"
    r"|(?P<katakana>[\u30a1-\u30faー]+)"
    r"|(?P<hiragana>[\u3041-\u309f]+)"
    r"|(?P<hangul>[\uac00-\ud7a3]+)"
    r"|(?P<cyrillic>[\u0400-\u052f]+)"
    r"|(?P<arabic>[\u0620-\u064a\u066e-\u06d3]+)"
    r"|(?P<decimal>\d+(?:\.\d+)+)"
    r"|(?P<other>(?:(?![\u0400-\u052f\u0620-\u064a\u066e-\u06d3\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3])[^\W_])+)"
)
_ACRONYM = re.compile(r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?")  # U.S., p.l.a
_ASCII_WORD = re.compile(r"\d+(?:\.\d+)+|[a-z0-9]+")
# A decimal is one figure in every language, and so are thousands: 5,9 and 1,000.
_DECIMAL = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_MAYBE_WEEKDAY = re.compile("[曜週周期拜요]")
# Letters without their marks: Latin accents, and marks that Arabic writers omit or mix up.
_PLAIN = {
    code: unicodedata.normalize("NFD", chr(code))[0] for code in range(0xC0, 0x250)
} | str.maketrans("أإآىة", "اااي" + "ه", "".join(map(chr, (0x640, *range(0x64B, 0x653)))))
_CJK = re.compile(r"[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7a3]")

_MIN_KEPT_WORDS = 4  # an outlet's name is removed only if this much of the headline remains
_MAX_OUTLET_WORDS = 4
_CACHED_TITLES = 256  # a new title is compared with a few dozen
_CACHED_TEXTS = 8  # the texts of one report are read for its terms and again for its names


def has_cjk(text: str) -> bool:
    """Return True if at least a part of the text has no spaces between words."""
    return _CJK.search(text) is not None


def clean_title(title: str) -> str:
    """Return the normalized title without labels ("UPDATE 2-"), ellipsis and outlet."""
    text = normalize_text(title).strip()
    if text.endswith((".", "…")):
        text = _CUT_AT_END.sub("", text)
    label = _LABEL.match(text)
    if label and not _is_informative(label[0]):
        text = text[label.end() :] or text
    tag = _TAG_AT_END.search(text) if text.endswith(_CLOSING) else None
    if tag and not _is_informative(tag[0]):
        text = text[: tag.start()] or text
    return " ".join(_without_outlet(text).split())


@lru_cache(maxsize=_CACHED_TEXTS)
def normalize_text(text: str) -> str:
    """Return the text in compatibility form, without case and without dots in "U.S."."""
    if text.isascii():
        text = text.lower()
    else:
        text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return _ACRONYM.sub(lambda found: found[0].replace(".", ""), text) if "." in text else text


def _without_outlet(text: str) -> str:
    if not _MAYBE_OUTLET.search(text):
        return text
    separators = list(_SEPARATOR.finditer(text))
    if not separators:
        return text
    kept, last = text[: separators[-1].start()], text[separators[-1].end() :]
    # A part with a digit is not an outlet, as in "PRESS DIGEST - Hong Kong - June 27".
    has_digit = any(c.isdigit() for c in last)
    if has_digit or len(last.split()) > _MAX_OUTLET_WORDS or _is_informative(last):
        return text
    enough = len(kept.split()) >= _MIN_KEPT_WORDS or len(_CJK.findall(kept)) >= 2 * _MIN_KEPT_WORDS
    return kept if enough else text


def _is_informative(part: str) -> bool:
    """Return True if a part of a headline names a day, an instalment or an outcome."""
    words = WORD.findall(part)
    return (
        any(word in INFORMATIVE for word in words)
        or (bool(words) and all(word in INFORMATIVE_TOGETHER for word in words))
        or any(_HAN_INFORMATIVE.search(word) for word in words)
    )


def title_words(text: str) -> list[str]:
    """Return the words of normalized text as written, in order; a CJK run counts as one word."""
    return WORD.findall(text)


@lru_cache(maxsize=_CACHED_TITLES)
def grams(text: str) -> frozenset[str]:
    """Return the character n-grams of normalized text: three letters, or two if there is CJK."""
    squeezed = " ".join(WORD.findall(text))
    is_cjk = has_cjk(squeezed)
    size = 2 if is_cjk else 3
    padded = squeezed if is_cjk else f" {squeezed} "
    return frozenset(padded[i : i + size] for i in range(max(1, len(padded) - size + 1)))


@lru_cache(maxsize=_CACHED_TITLES)
def term_set(text: str) -> frozenset[str]:
    """Return the distinct terms of a title."""
    return frozenset(terms(text))


def terms(text: str) -> Iterator[str]:
    """Yield the terms of a text: stems, bigrams, katakana words, figures of two or more digits."""
    folded = _plain_figures(normalize_text(text))
    if folded.isascii():
        return (stem for stem in stems(folded) if not _is_digit(stem))
    if _MAYBE_WEEKDAY.search(folded):
        folded = HAN_WEEKDAYS.sub(" ", folded)
    runs = _RUN.finditer(folded.translate(_PLAIN))
    return (term for run in runs for term in _terms_of_run(run.lastgroup or "", run.group()))


def _plain_figures(text: str) -> str:
    if "," not in text:
        return text
    return _THOUSANDS.sub("", _DECIMAL.sub(".", text))


def _is_digit(term: str) -> bool:
    """Return True if a term is a single digit, which is too common as evidence."""
    return len(term) == 1 and term.isdigit()


@lru_cache(maxsize=_CACHED_TEXTS)
def stems(text: str) -> tuple[str, ...]:
    """Return the stems of normalized text in order; runs of CJK are not changed."""
    if text.isascii():
        return tuple(filter(None, map(latin_term, _ASCII_WORD.findall(text))))
    runs = _RUN.finditer(text.translate(_PLAIN))
    return tuple(filter(None, (_stem_of_run(run.lastgroup or "", run.group()) for run in runs)))


def _stem_of_run(script: str, word: str) -> str:
    match script:
        case "other":
            return latin_term(word)
        case "cyrillic":
            return stem_cyrillic(word)
        case "hiragana":
            return ""
        case _:
            return word


def script_of(text: str) -> str:
    """Return the script that shows the language of a text, for example kana before Han."""
    if text.isascii():
        return "latin"
    found = {run.lastgroup for run in _RUN.finditer(text)}
    if found & {"hiragana", "katakana"}:
        return "kana"
    return next(
        (name for name in ("hangul", "han", "arabic", "cyrillic") if name in found), "latin"
    )


def _terms_of_run(script: str, word: str) -> Iterator[str]:
    match script:
        case "decimal":
            yield word
        case "other":
            if (term := latin_term(word)) and not _is_digit(term):
                yield term
        case "cyrillic":
            if len(word) > 1 and word not in _STOP:
                yield stem_cyrillic(word)
        case "arabic":
            yield stem_arabic(word)
        case "han":
            yield from _bigrams(word)
        case "katakana":
            yield word
        case "hangul":
            yield from _bigrams(cut_particle(word))
        case _:  # hiragana: endings and particles
            return


def _bigrams(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for i in range(len(run) - 1):
        yield intern(run[i : i + 2])


# ---------------------------------------------------------------- stems


def _longest_first(text: str) -> tuple[str, ...]:
    return tuple(sorted(text.split(), key=len, reverse=True))


_LATIN_ENDINGS = (
    *("ational", "ations", "ation", "ements", "ement", "ments", "ities", "ingly", "edly"),
    *("ment", "ings", "ions", "ists", "ness", "ers", "ies", "ied", "ity", "ist", "ing", "ion"),
    *("ive", "ed", "er", "es", "ly", "al", "or", "s", "e", "y"),
)
_CYRILLIC_ENDINGS = _longest_first(
    "иями ями ами ыми ими ими его ого ему ому ете ите ать ять ить еть уть ает яет ует "
    "еют ают яют уют ала ила ела ыла али или ели ыли ало ило ело ется ится ются ятся ться "
    "лся лась лись лось ов ев ів їв ей ий ый ой ій ая яя ое ее ые ие ую юю ых их ам ям ах "
    "ях ом ем ею ою ию ью ия ья ии иї ії ія іє ює ає ил ал ел ыл ив ав ет ит ут ют ат ят "
    "ти ть ск ским ской ского ские ский скую ская ської ський ська ські ськ ами "
    "а е и й о у ы ь ю я і ї є"
)
_PARTICLES = _longest_first(
    "으로부터 에서는 에게서 이라고 으로는 에서 에게 까지 부터 으로 이라 라고 처럼 보다 "
    "하는 했다 한다 하고 해야 에는 과의 와의 들이 들은 들을 은 는 이 가 을 를 의 에 로 와 과 도 만"
)
_ARABIC_BEGINNINGS = ("وال", "بال", "كال", "فال", "لل", "ال", "و")
_ARABIC_ENDINGS = ("ات", "ون", "ين", "ها", "هم", "يه", "ان", "ه", "ي")
_MIN_STEM = 3
# The maximal length of a stem, for languages whose endings are not listed. In a prototype it raised
# B-cubed from .597 to .604 on a stream of nine languages; in English B-cubed fell by .1 point, and
# .7 points more events were missed.
_LATIN_LETTERS = 6
_STEMS_KEPT = 1 << 15  # a news stream has about this many words in a week; 4 MB


@lru_cache(maxsize=_STEMS_KEPT)
def latin_term(word: str) -> str:
    """Return the term of a word in Latin letters; "" for a function word."""
    return "" if word in _STOP else intern(stem_latin(word)[:_LATIN_LETTERS])


def stem_latin(word: str) -> str:
    """Remove an English ending, but keep most letters of foreign names."""
    word = word.partition("'")[0]
    if len(word) <= _MIN_STEM or not word.isalpha():
        return word
    for ending in _LATIN_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM:
            stem = word[: -len(ending)]
            if (ending == "s" and stem[-1] in "su") or (ending == "y" and stem[-1] in "aeou"):
                return word
            if ending == "s":
                return stem_latin(stem)
            return stem[:-1] if stem[-1] == stem[-2] and stem[-1] not in "lse" else stem
    return word


@lru_cache(maxsize=_STEMS_KEPT)
def stem_cyrillic(word: str) -> str:
    """Remove a Russian or Ukrainian ending."""
    word = word.replace("ё", "е")
    for ending in _CYRILLIC_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM:
            return intern(word[: -len(ending)])
    return intern(word)


@lru_cache(maxsize=_STEMS_KEPT)
def stem_arabic(word: str) -> str:
    """Remove an Arabic article and ending, as the Light10 stemmer does."""
    for beginning in _ARABIC_BEGINNINGS:
        if word.startswith(beginning) and len(word) - len(beginning) >= _MIN_STEM:
            word = word.removeprefix(beginning)
            break
    for ending in _ARABIC_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _MIN_STEM:
            return intern(word.removesuffix(ending))
    return intern(word)


def cut_particle(word: str) -> str:
    """Remove a Korean particle or light-verb ending."""
    for particle in _PARTICLES:
        if word.endswith(particle) and len(word) - len(particle) > 1:
            return word[: -len(particle)]
    return word


# Function words only; on the first day, their low rarity is not known from counts.
_STOP = frozenset(
    _longest_first(
        "a an the and or but of in on at to for from by with as is are was were be been it its "
        "this that these those he she they we you i his her their our your my not no will would "
        "can could may might has have had do does did after over into about than then so if up out "
        "through amid before against between during under around without within across toward "
        "monday tuesday wednesday thursday friday saturday sunday "
        "among off how why what when where who which while s t re ll ve says said say new more "
        "и в на с со к ко по за из у о об от до для не что как это его ее их он она они мы вы но "
        "а или при под над без после о том был была были быть будет же то все так также во "
        "понедельник понедельника вторник вторника среду четверг четверга пятницу пятницы субботу "
        "субботы воскресенье воскресенья понеділок понеділка вівторок вівторка середу четвер "
        "четверга пʼятницю п'ятницю п'ятниці суботу суботи неділю неділі "
        "і й у в на з із зі до по за від для не що як це його її їх він вона вони ми ви але або "
        "при під над без після про та був була були бути буде"
    )
)
