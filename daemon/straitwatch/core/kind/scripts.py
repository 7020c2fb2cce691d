"""Choose the languages whose patterns a text needs, by its letters."""

import re
from enum import StrEnum


class Script(StrEnum):
    """Writing systems, each with the patterns of its languages."""

    LATIN = "latin"  # English
    HAN = "han"  # Chinese, both scripts
    KANA = "kana"  # Japanese
    HANGUL = "hangul"  # Korean
    CYRILLIC = "cyrillic"  # Russian and Ukrainian


_LATIN = re.compile(r"[A-Za-z]{3}")
# Korean headlines hold Han characters and Japanese ones always do: the first that fits counts.
_OTHERS = (
    (Script.HANGUL, re.compile("[가-힣]")),
    (Script.KANA, re.compile("[ぁ-ゖァ-ヺ]")),
    (Script.HAN, re.compile("[一-鿿]")),
    (Script.CYRILLIC, re.compile("[А-Яа-яЁёІіЇїЄєҐґ]{2}")),
)


def scripts_of(text: str) -> tuple[Script, ...]:
    """Return the writing systems whose patterns apply; most specific first.

    A Japanese title without kana counts as Chinese: the Chinese patterns hold the words they share.
    """
    if text.isascii():
        return (Script.LATIN,) if _LATIN.search(text) else ()
    first = next((script for script, letters in _OTHERS if letters.search(text)), None)
    latin = (Script.LATIN,) if _LATIN.search(text) else ()
    return ((first,) if first else ()) + latin
