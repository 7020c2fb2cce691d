"""Words the parts that several kinds of messages share: outlets, languages, counts."""

import re
from datetime import timedelta

from straitwatch.core.model import Outlet, Severity, SignalKind
from straitwatch.core.render.text import NAME_LIMIT, shown

RE_LIMIT = 80  # characters of a headline that only says what a message is about
ICONS = {
    Severity.CRITICAL: "🔴",
    Severity.HIGH: "🟠",
    Severity.NORMAL: "🔵",
    Severity.LOW: "⚪",
}
_ORDINARY_STANCE = "independent"
_LANGUAGES = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "pl": "Polish",
    "ru": "Russian",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
# `the Wall Street Journal`, but `Reuters`: papers and bodies whose English names have an article.
_WITH_ARTICLE = re.compile(
    r"(?!the )[ -~]*\b(?:agency|chronicle|courier|daily|economist|gazette|globe|guardian|herald|"
    r"independent|institute|journal|mail|monitor|observer|post|press|review|standard|star|sun|"
    r"telegraph|times|tribune)(?: (?:for|of) [ -~]+)?",
    re.IGNORECASE,
)


def lead(signal: SignalKind | None) -> str:
    """Return the word before a headline: `CORRECTION: `, or ""."""
    return f"{signal.value.upper()}: " if signal else ""


def cited(name: str) -> str:
    """Return a name as a sentence cites it: `the Wall Street Journal`, `Reuters`."""
    return f"the {name}" if _WITH_ARTICLE.fullmatch(name) else name


def language_name(tag: str) -> str:
    """Return the English name of a language: `Chinese` for zh-Hant."""
    return _LANGUAGES.get(tag.partition("-")[0].lower(), shown(tag, limit=NAME_LIMIT))


def outlet_name(outlet: Outlet) -> str:
    return shown(outlet.name, limit=NAME_LIMIT)


def outlet_label(outlet: Outlet) -> str:
    """Return an outlet, with its stance unless it is independent: `Xinhua (state)`."""
    stance = shown(outlet.stance, limit=NAME_LIMIT)
    is_ordinary = stance.casefold() in ("", _ORDINARY_STANCE)
    return outlet_name(outlet) if is_ordinary else f"{outlet_name(outlet)} ({stance})"


def span_text(span: timedelta) -> str:
    """Return a duration in words: `10 min`, `1 h`, `1 h 30 min`."""
    hours, rest = divmod(round(span.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)
