"""Language tags: one form for all, and no belief in a claim that the script refutes."""

import re

_TAGS = {"zh-tw": "zh-Hant", "zh-hk": "zh-Hant", "zh-mo": "zh-Hant", "zh-hant": "zh-Hant",
         "zh-cn": "zh-Hans", "zh-sg": "zh-Hans", "zh-hans": "zh-Hans"}  # fmt: skip
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_SCRIPTS = {
    "Latin": re.compile("[A-Za-z\u00c0-\u024f]"),
    "Cyrillic": re.compile("[\u0400-\u04ff]"),
    "Han": re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"),
}
_LATIN = "en fr de es it pt nl pl cs sv da no fi tr vi id ms lt lv et ro hu"
_WRITTEN_IN = dict.fromkeys(_LATIN.split(), "Latin")
_WRITTEN_IN |= dict.fromkeys(("ru", "uk", "be", "bg", "mk"), "Cyrillic")
_WRITTEN_IN |= dict.fromkeys(("zh", "ja", "ko"), "Han")
_ENOUGH = 8  # letters; a shorter text may be a name in another script
_MOST = 0.8  # of the letters


def normalize_language(code: str) -> str:
    """A BCP 47 tag in the form that watch-lists use: `en-us`, `zh-Hant`; "" for no language."""
    tag = code.strip().replace("_", "-").lower()
    tag = "-".join(tag.split("-")[:3])
    if not _TAG.fullmatch(tag):
        return ""
    return next((s for prefix, s in _TAGS.items() if (tag + "-").startswith(prefix + "-")), tag)


def is_refuted(language: str, text: str) -> bool:
    """Whether nearly all letters of a text belong to a script that its language does not use."""
    claimed = _WRITTEN_IN.get(language.partition("-")[0])
    if claimed is None:
        return False
    letters = {name: len(script.findall(text)) for name, script in _SCRIPTS.items()}
    total = sum(letters.values())
    others = total - letters[claimed]
    return total >= _ENOUGH and others >= _MOST * total
