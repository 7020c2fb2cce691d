"""Reads the words of a phrase, and rejects marks of other query languages.

Each mistake has its own message, with the correct spelling.
"""

import re
import unicodedata

from straitwatch.core.query.habits import LOOSE_NEAR, PATTERN, SPELLED_OPERATORS
from straitwatch.core.query.mistake import Mistake
from straitwatch.core.query.nodes import (
    LOWER_OPERATORS,
    NEAR_LIKE,
    NEAR_OPERATOR,
    Mode,
    Phrase,
    Word,
)

MIN_PREFIX = 4  # letters before a `*`; shorter ones match half the dictionary
MIN_PREFIX_HAN = 2

_SMART = re.compile("[“”„«»「」]")
_DESIGNATION = re.compile(r"[^\W\d_]{1,6}[-\u2010-\u2015]?\d{1,3}")  # F-16, MQ9
_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_NEAR_WORDS = {"NEAR", "BEFORE", "ADJ", "ONEAR"}
_OPERATOR_WORDS = {"AND", "OR", "NOT", "NEAR"}
_WIDE_MARK = re.compile(r"^[＄＝～](?=\w)|(?<=\w)＊$|(?<=^title)：|(?<=^summary)：|(?<=^body)：|＂")
_WIDE_PAREN = re.compile("[（）]")


def read_phrase(text: str, offset: int, *, mode: Mode = Mode.PLAIN) -> Phrase:
    spans = list(re.finditer(r"\S+", text))
    if not spans:
        raise Mistake(
            offset, "an empty phrase", "write a word between the quotation marks, or delete them"
        )
    words = tuple(read_word(span[0], offset + span.start(), mode) for span in spans)
    for span, word in zip(spans[:-1], words[:-1], strict=True):
        if word.is_prefix:
            raise Mistake(
                offset + span.start(),
                f"{span[0]}: only the last word of a phrase may end in *",
                "use BEFORE/0 between two phrases instead",
            )
    return Phrase(words)


def read_word(text: str, offset: int, mode: Mode) -> Word:
    smart = _SMART.search(text)
    if smart and smart[0] not in "「」":
        raise Mistake(
            offset + smart.start(),
            f"a curly quotation mark {smart[0]}",
            'use straight ones: "..."; neighboring words are a phrase without any',
        )
    bare = text
    if bare[0] in "=~":
        mode, bare = Mode(bare[0]), bare[1:]
    is_prefix = bare.endswith("*")
    bare = bare.removesuffix("*")
    if "*" in bare:
        message = f"{text}: a * can only end a word"
        raise Mistake(offset + text.index("*"), message, "write the words out")
    if not any(map(str.isalnum, bare)):
        raise Mistake(offset, f"{text}: it has no letter or digit", "delete it")
    if is_prefix:
        _check_prefix(bare, text, offset)
    return Word(bare, mode, is_prefix)


def _check_prefix(bare: str, text: str, offset: int) -> None:
    letters = sum(map(str.isalnum, bare))
    wanted = MIN_PREFIX_HAN if _CJK.search(bare) else MIN_PREFIX
    if letters < wanted and not _DESIGNATION.fullmatch(bare):
        raise Mistake(
            offset,
            f"{text} is too short: a * needs at least {wanted} letters before it",
            "write the words out, with OR between them",
        )


def check_bare(text: str, offset: int) -> None:
    if text in LOWER_OPERATORS or text in SPELLED_OPERATORS:
        how = "in lower case" if text.islower() else "in small letters"
        raise Mistake(
            offset,
            f"{text} {how}: operators are written in capitals",
            f"write {text.upper()}",
            literal=f"... {text} ...",
        )
    if text in {"&&", "||", "|", "&", "+"}:
        raise Mistake(offset, f"{text} is not an operator", "write AND or OR")
    if len(text) > 1 and text[0] in "+-" and text[1].isalpha():
        raise Mistake(
            offset, f"{text}: + and - are not operators", f"write AND or AND NOT {text[1:]}"
        )
    if text.startswith("!"):
        raise Mistake(
            offset, f"{text}: ! is not an operator", f"write NOT {text[1:]}, or ={text[1:]}"
        )
    if text.startswith("'") and len(text) > 1 and text[1:].isalpha() and "'tis" not in text:
        raise Mistake(offset, "a single quotation mark", 'use double ones: "..."')
    check_habits(text, offset)
    if wide := _WIDE_PAREN.search(text):
        plain = unicodedata.normalize("NFKC", wide[0])
        message = f"{wide[0]} is a full-width parenthesis"
        raise Mistake(offset + wide.start(), message, f"write {plain}", literal="...")
    is_near = NEAR_LIKE.fullmatch(text) and ("/" in text or text in _NEAR_WORDS)
    if is_near or LOOSE_NEAR.fullmatch(text):
        raise Mistake(offset, f"{text} is not an operator", "write NEAR/5, NEAR/S or BEFORE/5")


def check_habits(text: str, offset: int) -> None:
    """Reject operators and marks of other query languages and input methods."""
    narrow = unicodedata.normalize("NFKC", text)
    if narrow != text and (narrow in _OPERATOR_WORDS or NEAR_OPERATOR.fullmatch(narrow)):
        plain = "NEAR/5" if narrow == "NEAR" else narrow
        raise Mistake(offset, f"{text} in full-width letters is not an operator", f"write {plain}")
    if wide := _WIDE_MARK.search(text):
        plain = unicodedata.normalize("NFKC", wide[0])
        message = f"{wide[0]} is a full-width character and has no meaning here"
        raise Mistake(offset + wide.start(), message, f"write {plain}")
    check_pattern(text, offset)
    if "|" in text:
        raise Mistake(offset + text.index("|"), "| is not an operator", "write OR between spaces")
    if boost := re.fullmatch(r"(.*\w)\^[0-9.]+", text):
        hint = "write a signal with points instead: signals: [{points: 5, when: ...}]"
        raise Mistake(offset + len(boost[1]), f"{text}: a term has no weight", hint)


def check_pattern(text: str, offset: int) -> None:
    if PATTERN.search(text):
        hint = "write the words out: (color OR colour); word* covers every ending"
        raise Mistake(
            offset, f"{text} looks like a regular expression, which is not supported", hint
        )
