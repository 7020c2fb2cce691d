"""Chooses the patterns for a text by its letters."""

import re
from enum import StrEnum


class Script(StrEnum):
    """The writing systems that have patterns."""

    LATIN = "latin"  # English
    HAN = "han"  # Chinese, both scripts
    KANA = "kana"  # Japanese
    HANGUL = "hangul"  # Korean
    CYRILLIC = "cyrillic"  # Russian and Ukrainian


_LATIN = re.compile(r"[A-Za-z]{3}")
# Korean headlines may contain Han characters, and Japanese ones always do: the first fit counts.
_OTHERS = (
    (Script.HANGUL, re.compile("[가-힣]")),
    (Script.KANA, re.compile("[ぁ-ゖァ-ヺ]")),
    (Script.HAN, re.compile("[一-鿿]")),
    (Script.CYRILLIC, re.compile("[А-Яа-яЁёІіЇїЄєҐґ]{2}")),
)


def scripts_of(text: str) -> tuple[Script, ...]:
    """Return the writing systems whose patterns apply, the most specific first.

    A Japanese title without kana counts as Chinese: the Chinese patterns include the shared words.
    """
    if text.isascii():
        return (Script.LATIN,) if _LATIN.search(text) else ()
    first = next((script for script, letters in _OTHERS if letters.search(text)), None)
    latin = (Script.LATIN,) if _LATIN.search(text) else ()
    return ((first,) if first else ()) + latin
