"""Normalizes language tags, and detects tags that do not fit the script of a text."""

import difflib
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
_MIN_LETTERS = 8  # a shorter text may be a name in another script
_MIN_OTHER_SHARE = 0.8  # of the letters, in other scripts

# ISO 639-1 without kr and tw, which people use for the countries.
_CODE_LIST = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy "
    "da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu "
    "hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko ks ku kv kw ky la lb lg "
    "li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or "
    "os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw "
    "ta te tg th ti tk tl tn to tr ts tt ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
_CODES = frozenset(_CODE_LIST.split())
_THREE_LETTERS = 3  # of ISO 639-3; any code is accepted
_NAMES = {
    "en": "english eng gb us 英文 英语 英語 английский англійська",
    "zh": "chinese mandarin chi zho cn 中文 汉语 漢語 китайский китайська",
    "zh-Hant": "traditional tw hk cht 繁體 繁體中文 正體中文",
    "zh-Hans": "simplified chs 简体 简体中文",
    "ru": "russian rus русский російська",
    "uk": "ukrainian ukr ua українська украинский",
    "ja": "japanese jpn jp 日本語 日文 日语",
    "ko": "korean kor kr 한국어 韓文",
    "de": "german ger deu deutsch",
    "fr": "french fre fra français",
    "es": "spanish spa español",
    "cs": "czech cze ces cz",
    "vi": "vietnamese vie vn",
    "pl": "polish pol",
    "lt": "lithuanian lit",
}
_BY_NAME = {name: code for code, names in _NAMES.items() for name in names.split()}


class UnknownLanguageError(ValueError):
    """The text is not a language tag; `hint` suggests one."""

    def __init__(self, text: str, hint: str) -> None:
        super().__init__(f"unknown language: {text}")
        self.hint = hint


def read_language(text: str) -> str:
    """Parse a language tag from a configuration or a command line.

    Raises:
        UnknownLanguageError: the text is not a tag, for example `english`.
    """
    tag = normalize_language(text)
    code = tag.partition("-")[0]
    if text.lower() not in _BY_NAME and (code in _CODES or len(code) == _THREE_LETTERS):
        return tag
    near = difflib.get_close_matches(text.lower(), _BY_NAME, n=1, cutoff=0.6)
    hint = f"did you mean `{_BY_NAME[near[0]]}`?" if near else "such as en, zh-Hant, ru, uk, ja, ko"
    raise UnknownLanguageError(text, hint)


def normalize_language(code: str) -> str:
    """Return a BCP 47 tag such as `en-us` or `zh-Hant`, as in watch-lists; "" if invalid."""
    tag = code.strip().replace("_", "-").lower()
    tag = "-".join(tag.split("-")[:3])
    if not _TAG.fullmatch(tag):
        return ""
    return next((s for prefix, s in _TAGS.items() if (tag + "-").startswith(prefix + "-")), tag)


def is_other_script(language: str, text: str) -> bool:
    """Return True if nearly all letters are in scripts that the language does not use."""
    claimed = _WRITTEN_IN.get(language.partition("-")[0])
    if claimed is None or (claimed == "Latin" and text.isascii()):
        return False
    letters = {name: len(script.findall(text)) for name, script in _SCRIPTS.items()}
    total = sum(letters.values())
    others = total - letters[claimed]
    return total >= _MIN_LETTERS and others >= _MIN_OTHER_SHARE * total
