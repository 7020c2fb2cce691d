"""The reports of the last days and the stories they make: part of the cluster stage.

A report climbs down a ladder until a rung holds it: same page, same headline of the same site,
near-duplicate text, same event, new event. The first three look at what was published; the fourth
compares what is said with the stories of the same watch-lists.
"""

from base64 import b32encode
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import ClassVar, Final

from straitwatch.core.cluster.guards import Conflict, Likeness, compare_titles
from straitwatch.core.cluster.stories import Candidate, FoldProfile, ListStories, Member
from straitwatch.core.cluster.text import clean_title, report_terms, title_words
from straitwatch.core.model import Fold, Relation, Report

RECALL: Final = FoldProfile(name="recall", base=0.10, slope=0.30)
DEFAULT: Final = FoldProfile(name="default", base=0.14, slope=0.0)
STRICT: Final = FoldProfile(name="strict", base=0.20, slope=0.0)

_GENERIC_WORDS = 4  # "Morning briefing" comes back each day as another page
_GENERIC_AFTER = timedelta(hours=12)
_STORY_ID_CHARACTERS = 10  # 50 bits: a collision among 1 million stories has odds of 1 : 2,000


@dataclass(slots=True)
class _Known:
    story_id: str
    seen_at: datetime


class StoryWindow:
    """Knows the matched reports of the last days, and to which story a report belongs.

    `fold` decides and changes nothing; `add` takes the report in. The answers depend on the
    reports and folds added, in their order, and on nothing else. A caller whose commit fails drops
    the window and builds a new one from the store.
    """

    MEMORY: ClassVar[timedelta] = timedelta(days=7)

    def __init__(self, *, profile: FoldProfile = DEFAULT) -> None:
        self._profile = profile
        self._lists: dict[str, ListStories] = {}
        self._by_url: dict[str, _Known] = {}
        self._by_title: dict[tuple[str, str], _Known] = {}
        self._order: deque[tuple[datetime, str, tuple[str, str]]] = deque()
        self._now: datetime | None = None
        self._last: tuple[Report, Member] | None = None

    def fold(self, report: Report) -> Fold:
        """Decide to which story the report belongs, and say why."""
        self.expire(report.seen_at)
        member = self._member(report)
        return (
            self._same_page(report)
            or self._same_title(report, member)
            or self._same_text_or_event(report, member)
        )

    def add(self, report: Report, fold: Fold) -> None:
        """Take in a report as part of the story that `fold` names."""
        self.expire(report.seen_at)
        member = self._member(report)
        known = _Known(fold.story_id, report.seen_at)
        title_key = (_site(report), member.title)
        if report.canonical_url:
            self._by_url[report.canonical_url] = known
        if all(title_key):
            self._by_title[title_key] = known
        self._order.append((report.seen_at, report.canonical_url, title_key))
        for watchlist in _scopes(report):
            self._list(watchlist).add(fold, member, report.seen_at)

    def expire(self, now: datetime) -> None:
        """Forget what is too old to fold anything into; time never runs backwards here."""
        if self._now is not None and now <= self._now:
            return
        self._now = now
        while self._order and now - self._order[0][0] > self.MEMORY:
            seen_at, url, title_key = self._order.popleft()
            _forget(self._by_url, url, seen_at)
            _forget(self._by_title, title_key, seen_at)
        for stories in self._lists.values():
            stories.expire(now, self.MEMORY)

    # ------------------------------------------------------------ the rungs

    def _same_page(self, report: Report) -> Fold | None:
        known = self._by_url.get(report.canonical_url) if report.canonical_url else None
        if known is None:
            return None
        return _fold(
            known.story_id, Relation.SAME_ENTRY, "same-url", evidence=[report.canonical_url]
        )

    def _same_title(self, report: Report, member: Member) -> Fold | None:
        known = self._by_title.get((_site(report), member.title))
        if known is None or not _site(report):
            return None
        is_generic = len(title_words(member.title)) < _GENERIC_WORDS and not member.is_cjk
        if is_generic and report.seen_at - known.seen_at > _GENERIC_AFTER:
            return None
        return _fold(
            known.story_id, Relation.SAME_ENTRY, "same-title", score=1.0, evidence=[member.title]
        )

    def _same_text_or_event(self, report: Report, member: Member) -> Fold:
        candidates = [
            (stories, candidate)
            for watchlist in _scopes(report)
            if (stories := self._lists.get(watchlist)) is not None
            for candidate in stories.nearest(member, report.seen_at)
        ]
        candidates.sort(key=lambda pair: -pair[1].score)
        barred: set[str] = set()
        copy: tuple[Likeness, Candidate, Member] | None = None
        for _, candidate in candidates:
            for other in candidate.closest:
                likeness = compare_titles(member.title, other.title)
                if likeness.conflict is Conflict.INSTALMENT:
                    barred.add(candidate.story_id)
                elif likeness.is_copy and (copy is None or likeness.score > copy[0].score):
                    copy = (likeness, candidate, other)
        if copy is not None and copy[1].story_id not in barred:
            likeness, candidate, other = copy
            return _fold(
                candidate.story_id,
                Relation.DUPLICATE,
                "near-duplicate",
                score=likeness.score,
                evidence=[other.title],
            )
        best = 0.0
        threshold = self._profile.base
        for stories, candidate in candidates:
            limit = stories.threshold(self._profile)
            if candidate.story_id in barred:
                continue
            if candidate.score >= limit:
                return _fold(
                    candidate.story_id,
                    Relation.SAME_EVENT,
                    "same-event",
                    score=candidate.score,
                    threshold=limit,
                    evidence=candidate.shared,
                )
            if candidate.score > best:
                best, threshold = candidate.score, limit
        return _fold(
            _story_id(report.entry_id),
            Relation.NEW,
            "new-event",
            score=best,
            threshold=threshold,
        )

    # ------------------------------------------------------------ parts

    def _member(self, report: Report) -> Member:
        if self._last is None or self._last[0] is not report:
            self._last = (report, _member_of(report))
        return self._last[1]

    def _list(self, watchlist: str) -> ListStories:
        if watchlist not in self._lists:
            self._lists[watchlist] = ListStories()
        return self._lists[watchlist]


def _member_of(report: Report) -> Member:
    title = clean_title(report.title)
    return Member.of(title, report_terms(title, report.summary or report.content))


def _scopes(report: Report) -> tuple[str, ...]:
    return report.watchlists or ("",)


def _site(report: Report) -> str:
    """Return the host of the canonical address, or the outlet where there is none."""
    return report.canonical_url.partition("/")[0] or report.source


def _forget(known: dict, key: object, seen_at: datetime) -> None:  # type: ignore[type-arg]
    if key in known and known[key].seen_at == seen_at:
        del known[key]


def _fold(
    story_id: str,
    relation: Relation,
    reason: str,
    *,
    score: float = 0.0,
    threshold: float = 0.0,
    evidence: Iterable[str] = (),
) -> Fold:
    return Fold(
        story_id=story_id,
        relation=relation,
        reason=reason,
        score=round(score, 4),
        threshold=round(threshold, 4),
        evidence=tuple(evidence),
    )


def _story_id(entry_id: str) -> str:
    digest = blake2b(entry_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return b32encode(digest).decode("ascii").lower()[:_STORY_ID_CHARACTERS]
