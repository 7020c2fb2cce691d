"""Which of a story's reports people see: those it lists, its headline, and who was first."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from straitwatch.core.model import StoryReport

LISTED_REPORTS = 12  # of a story; the first report in a further language is listed as well
FIRST_WITHIN = timedelta(days=3)  # before a story is seen: folding looks back about as far
_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_CYRILLIC = re.compile("[\u0400-\u04ff]+")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]+")
_IN_EAST_ASIAN = ("zh", "ja", "ko")
_IN_CYRILLIC = ("ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "mn", "tg")


def list_report(listed: tuple[StoryReport, ...], report: StoryReport) -> tuple[StoryReport, ...]:
    """Return the reports that a story lists, with this one if it is worth it.

    The first report of each outlet is, while there is room, and the first in each language always.
    """
    if new_language(listed, report):
        return (*listed, report)
    is_new_outlet = all(one.outlet.name != report.outlet.name for one in listed)
    has_room = len(listed) < LISTED_REPORTS
    return (*listed, report) if is_new_outlet and has_room else listed


def new_language(listed: Sequence[StoryReport], report: StoryReport) -> str:
    """Return the language of a report, without its script, if no listed report has it; else ""."""
    language = _base(report_language(report))
    return "" if language in {_base(report_language(one)) for one in listed} else language


def pick_headline(reports: Sequence[StoryReport], languages: Sequence[str]) -> StoryReport | None:
    """Return the report whose title stands for the story: the first in the best language.

    Args:
        reports: of the story, oldest first.
        languages: in order of preference; empty for the first report, whatever its language.

    """
    return min(reports, key=lambda report: _rank(report, languages), default=None)


def is_readable(report: StoryReport, languages: Sequence[str]) -> bool:
    """Return True if a report is in one of the desk's languages, or the desk has named none."""
    return not languages or _rank(report, languages) < len(languages)


def better_headline(
    reports: Sequence[StoryReport], languages: Sequence[str], *, than: StoryReport
) -> StoryReport | None:
    """Return the story's headline where the desk prefers its language to that of `than`."""
    best = pick_headline(reports, languages)
    if best is None or _rank(best, languages) >= _rank(than, languages):
        return None
    return best


def headline_pair(
    title: str, reports: Sequence[StoryReport], languages: Sequence[str]
) -> tuple[str, str]:
    """Return a story's headline for a desk, and its own title where that is another one, or ""."""
    shown = pick_headline(reports, languages)
    if shown is None or not languages or shown.title == title:
        return title, ""
    return shown.title, title


def report_language(report: StoryReport) -> str:
    """Return the language of a headline: the declared one, unless it is in another script.

    Many Chinese and Russian sites declare `en-us`, the default of their software.
    """
    declared, title = report.outlet.language, report.title
    wide = len(_EAST_ASIAN.findall(title))  # a character is about half a word
    words = {"cyrillic": len(_CYRILLIC.findall(title)), "latin": len(_LATIN.findall(title))}
    script = "east asian" if wide > 2 * max(words.values()) else max(words, key=words.__getitem__)
    if not wide and not any(words.values()):
        return declared
    if not declared or _script(declared) == script:
        return declared
    if script == "east asian":
        return "ja" if _KANA.search(title) else "ko" if _HANGUL.search(title) else "zh"
    return "ru" if script == "cyrillic" else "en"


def _script(language: str) -> str:
    base = _base(language)
    if base in _IN_EAST_ASIAN:
        return "east asian"
    return "cyrillic" if base in _IN_CYRILLIC else "latin"


def first_reported(
    reports: Sequence[StoryReport], *, first_seen_at: datetime
) -> StoryReport | None:
    """Return the report that was published first; without plausible dates, the one seen first."""
    dated = [
        (published_at, at)
        for at, report in enumerate(reports)
        if (published_at := plausible_date(report, first_seen_at=first_seen_at))
    ]
    return reports[min(dated)[1]] if dated else next(iter(reports), None)


def plausible_date(report: StoryReport, *, first_seen_at: datetime) -> datetime | None:
    """Return when a report was published, unless its date is impossible for its story."""
    published_at = report.published_at
    if published_at is None or not first_seen_at - FIRST_WITHIN <= published_at <= report.seen_at:
        return None
    return published_at


def _base(language: str) -> str:
    """Return `zh` for zh-Hant."""
    return language.partition("-")[0].lower()


def _rank(report: StoryReport, languages: Sequence[str]) -> int:
    """Return the place of a report in an order of languages; `zh` stands for both scripts."""
    tag = report_language(report).lower()
    for at, wanted in enumerate(languages):
        if tag == wanted.lower() or tag.startswith(f"{wanted.lower()}-"):
            return at
    return len(languages)


def is_named(name: str, titles: Iterable[str]) -> bool:
    """Return True if one of the headlines holds a name as words of its own."""
    if not name.isascii():
        return any(name in title for title in titles)
    words = re.compile(rf"(?<![a-z0-9]){re.escape(name.lower())}(?![a-z0-9])")
    return any(words.search(title.lower()) for title in titles)
