"""Picks the reports of a story that people see: the listed ones, the headline, the first."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from straitwatch.core.model import Entry, StoryReport

HEADING_LIMIT = 100  # characters of the text of an entry without a title
LISTED_REPORTS = 12  # of a story; the first report in each language is always listed
FIRST_WITHIN = timedelta(days=3)  # before a story is first seen; about the memory of folding
_KANA = re.compile("[\u3040-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_CYRILLIC = re.compile("[\u0400-\u04ff]+")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]+")
_IN_EAST_ASIAN = ("zh", "ja", "ko")
_IN_CYRILLIC = ("ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "mn", "tg")


def heading_of(entry: Entry) -> str:
    """Return the title of an entry, or the beginning of its text if it has none, like a post."""
    if entry.title.strip():
        return entry.title
    text = " ".join((entry.summary or entry.content).split())
    if len(text) <= HEADING_LIMIT:
        return text
    start = text[: HEADING_LIMIT - 1]
    words, blank, _ = start.rpartition(" ")
    is_spaced = blank and len(words) > HEADING_LIMIT // 2  # not in Chinese, for example
    return f"{words} …" if is_spaced else f"{start}…"


def list_report(listed: tuple[StoryReport, ...], report: StoryReport) -> tuple[StoryReport, ...]:
    """Add a report to those that a story lists, if it qualifies.

    The first report in each language qualifies, and so does the first of each outlet up to
    `LISTED_REPORTS`.
    """
    if new_language(listed, report):
        return (*listed, report)
    is_new_outlet = all(other.outlet.name != report.outlet.name for other in listed)
    has_room = len(listed) < LISTED_REPORTS
    return (*listed, report) if is_new_outlet and has_room else listed


def new_language(listed: Sequence[StoryReport], report: StoryReport) -> str:
    """Return the language of a report, without its script; "" if a listed report has it too."""
    language = _base(report_language(report))
    known = {_base(report_language(other)) for other in listed}
    return "" if language in known else language


def pick_headline(reports: Sequence[StoryReport], languages: Sequence[str]) -> StoryReport | None:
    """Return the report with the story's headline: the first in the preferred language.

    Args:
        reports: of the story, oldest first.
        languages: in order of preference; if empty, the first report counts.

    """
    return min(reports, key=lambda report: _rank(report, languages), default=None)


def is_readable(report: StoryReport, languages: Sequence[str]) -> bool:
    """Return True if a report is in one of the languages, or if there are none."""
    return not languages or _rank(report, languages) < len(languages)


def better_headline(
    reports: Sequence[StoryReport], languages: Sequence[str], *, than: StoryReport
) -> StoryReport | None:
    """Return the report with the story's headline, if its language is preferred to `than`'s."""
    best = pick_headline(reports, languages)
    if best is None or _rank(best, languages) >= _rank(than, languages):
        return None
    return best


def headline_pair(
    title: str, reports: Sequence[StoryReport], languages: Sequence[str]
) -> tuple[str, str]:
    """Return a story's headline in the preferred language, and its own title if that differs."""
    shown = pick_headline(reports, languages)
    if shown is None or not languages or shown.title == title:
        return title, ""
    return shown.title, title


def report_language(report: StoryReport) -> str:
    """Return the declared language of a headline, unless its script shows a different one.

    For example, many Chinese and Russian sites declare `en-us`, the default of their software.
    """
    declared, title = report.outlet.language, report.title
    wide = len(_EAST_ASIAN.findall(title))  # one East Asian character is about half a word
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
    """Return the report that was published first, or seen first if no date is plausible."""
    dated = [
        (published_at, place)
        for place, report in enumerate(reports)
        if (published_at := plausible_date(report, first_seen_at=first_seen_at))
    ]
    return reports[min(dated)[1]] if dated else next(iter(reports), None)


def plausible_date(report: StoryReport, *, first_seen_at: datetime) -> datetime | None:
    """Return the date of a report, or None if it is impossible for its story."""
    published_at = report.published_at
    if published_at is None or not first_seen_at - FIRST_WITHIN <= published_at <= report.seen_at:
        return None
    return published_at


def _base(language: str) -> str:
    """Return `zh` for zh-Hant."""
    return language.partition("-")[0].lower()


def _rank(report: StoryReport, languages: Sequence[str]) -> int:
    """Return the position of a report's language; `zh` includes both scripts."""
    tag = report_language(report).lower()
    for position, wanted in enumerate(languages):
        if tag == wanted.lower() or tag.startswith(f"{wanted.lower()}-"):
            return position
    return len(languages)


def is_named(name: str, titles: Iterable[str]) -> bool:
    """Return True if one of the headlines contains a name as whole words."""
    if not name.isascii():
        return any(name in title for title in titles)
    words = re.compile(rf"(?<![a-z0-9]){re.escape(name.lower())}(?![a-z0-9])")
    return any(words.search(title.lower()) for title in titles)
