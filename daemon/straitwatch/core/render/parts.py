"""Words the parts that several kinds of messages share: outlets, languages, counts."""

import re
from datetime import timedelta

from straitwatch.core.model import Outlet, Severity, SignalKind
from straitwatch.core.render.text import NAME_LIMIT, shown

LINE_LIMIT = 160  # characters of a headline that is not the first of its message
ICONS = {
    Severity.CRITICAL: "🔴",
    Severity.HIGH: "🟠",
    Severity.NORMAL: "🔵",
    Severity.LOW: "⚪",
}
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


def lead(signal: SignalKind | None, also_in: str = "") -> str:
    """Return the words before a headline: `CORRECTION: `, `Also in Chinese: `, or ""."""
    word = f"{signal.value.upper()}: " if signal else ""
    return f"{word}Also in {language_name(also_in)}: " if also_in else word


def cited(name: str) -> str:
    """Return a name as a sentence cites it: `the Wall Street Journal`, `Reuters`."""
    return f"the {name}" if _WITH_ARTICLE.fullmatch(name) else name


def language_name(tag: str) -> str:
    """Return the English name of a language: `Chinese` for zh-Hant."""
    return _LANGUAGES.get(tag.partition("-")[0].lower(), shown(tag, limit=NAME_LIMIT))


def outlet_name(outlet: Outlet) -> str:
    return shown(outlet.name, limit=NAME_LIMIT)


def outlet_label(outlet: Outlet) -> str:
    """Return an outlet with its properties: `Xinhua (state, tier 1)`."""
    words = [shown(outlet.stance, limit=NAME_LIMIT), f"tier {outlet.tier}"]
    return f"{outlet_name(outlet)} ({', '.join(word for word in words if word)})"


def span_text(span: timedelta) -> str:
    """Return a duration in words: `10 min`, `1 h`, `1 h 30 min`."""
    hours, rest = divmod(round(span.total_seconds()), 3600)
    minutes, seconds = divmod(rest, 60)
    parts = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)
