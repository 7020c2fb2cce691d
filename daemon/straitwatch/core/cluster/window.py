"""The reports of the last days and the stories they make: part of the cluster stage.

A report climbs down a ladder until a rung holds it: same page, same headline of the same site,
near-duplicate text, same event, new event. The first three look at what was published; the fourth
compares what is said with the stories of the same watch-lists.
"""

from base64 import b32encode
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from types import MappingProxyType
from typing import ClassVar, Final, TypeVar

from straitwatch.core.cluster.guards import Conflict, compare_titles
from straitwatch.core.cluster.pivots import common_pivots, pivot_shares, pivots_of
from straitwatch.core.cluster.stories import (
    RARITY_AGE,
    STORY_AGE,
    Candidate,
    FoldProfile,
    ListStories,
    Member,
)
from straitwatch.core.cluster.text import (
    SUMMARY_CHARACTERS,
    clean_title,
    report_terms,
    script_of,
    title_words,
)
from straitwatch.core.model import Features, Fold, Related, Relation

# One setting serves general news and one-topic lists: the slope raises the threshold of a list
# whose reports are all alike. Fitted on the development halves of three labelled streams.
DEFAULT: Final = FoldProfile(name="default", base=0.075, slope=0.34)
RECALL: Final = FoldProfile(name="recall", base=0.03, slope=0.34)  # folds more, alerts less
STRICT: Final = FoldProfile(name="strict", base=0.13, slope=0.34)  # folds less, alerts more
PROFILES: Final = {profile.name: profile for profile in (RECALL, DEFAULT, STRICT)}

# A text less alike than this is a copy only of a story that is near anyway. Measured on three
# streams: .2 to 1.2 points fewer events missed, and the same B-cubed or more.
SURE_COPY = 0.6

# Two languages are compared by what they name. In made-up and real headlines of the beat the same
# event scored .44 to .87 and another one rarely .5; what common names make alike, says nothing.
RELATED_SCORE = 0.4
RELATED_NAMES = 2  # shared, and not those that half of the beat's reports hold

_NO_PROFILES: Mapping[str, FoldProfile] = MappingProxyType({})
_GENERIC_WORDS = 4  # "Morning briefing" comes back each day as another page
_GENERIC_AFTER = timedelta(hours=12)
_Key = TypeVar("_Key")
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

    MEMORY: ClassVar[timedelta] = STORY_AGE + RARITY_AGE

    def __init__(
        self, *, profile: FoldProfile = DEFAULT, characters: Mapping[int, int] | None = None
    ) -> None:
        """Begin without reports.

        Args:
            profile: how readily reports are taken for one event.
            characters: code points to read as others, such as traditional Han as simplified.

        """
        self._profile = profile
        self._characters = dict(characters or {})
        self._lists: dict[str, ListStories] = {}
        self._pivots = pivots_of(frozenset(self._characters.items()))
        self._abroad: dict[tuple[str, str], ListStories] = {}  # by list and script, as pivots
        self._opened: OrderedDict[str, datetime] = OrderedDict()  # stories, the oldest first
        self._by_url: dict[str, _Known] = {}
        self._by_title: dict[tuple[str, str], _Known] = {}
        self._order: deque[tuple[datetime, str, tuple[str, str]]] = deque()
        self._now: datetime | None = None
        self._last: tuple[Features, Member, Member] | None = None

    def fold(self, features: Features, profiles: Mapping[str, FoldProfile] = _NO_PROFILES) -> Fold:
        """Decide to which story the report belongs, and say why.

        `profiles` are those of the watch-lists that have another one than the window.
        """
        self.expire(features.seen_at)
        member = self._member(features)
        return (
            self._same_page(features)
            or self._same_title(features, member)
            or self._same_text_or_event(features, member, profiles)
        )

    def add(self, features: Features, fold: Fold, *, is_sent: bool = True) -> None:  # noqa: ARG002
        """Take in a report as part of the story that `fold` names.

        `is_sent` says whether a message told it; novelty will compare later reports with those.
        """
        self.expire(features.seen_at)
        member = self._member(features)
        known = _Known(fold.story_id, features.seen_at)
        title_key = (_site(features), member.title)
        if features.canonical_url:
            self._by_url[features.canonical_url] = known
        if all(title_key):
            self._by_title[title_key] = known
        self._order.append((features.seen_at, features.canonical_url, title_key))
        is_open = self._open(fold, features.seen_at)
        for watchlist in _scopes(features):
            self._list(watchlist).add(fold, member, features.seen_at, is_open=is_open)
        self._add_abroad(features, fold, is_open=is_open)

    def _open(self, fold: Fold, seen_at: datetime) -> bool:
        """Say whether the story takes in reports; its first one opens it, its page alone does not.

        So that a page that comes back after days leaves its story closed, whether or not the
        window still knows when it was opened.
        """
        if fold.story_id in self._opened:
            return True
        if fold.relation is Relation.SAME_ENTRY:
            return False
        self._opened[fold.story_id] = seen_at
        return True

    def _add_abroad(self, features: Features, fold: Fold, *, is_open: bool) -> None:
        named = self._named(features)
        if not _says_enough(named.terms):
            return
        for watchlist in _scopes(features):
            where = (watchlist, script_of(features.title))
            if where not in self._abroad:
                self._abroad[where] = ListStories(pivot_shares())
            self._abroad[where].add(fold, named, features.seen_at, is_open=is_open)

    def report_rate(self, watchlist: str) -> float:
        """Return how many reports an hour a list usually has."""
        stories = self._lists.get(watchlist)
        return (
            stories.report_rate(self._now) if stories is not None and self._now is not None else 0.0
        )

    def expire(self, now: datetime) -> None:
        """Forget what is too old to fold anything into; time never runs backwards here."""
        if self._now is not None and now <= self._now:
            return
        self._now = now
        while self._order and now - self._order[0][0] > self.MEMORY:
            seen_at, url, title_key = self._order.popleft()
            _forget(self._by_url, url, seen_at)
            _forget(self._by_title, title_key, seen_at)
        every = (*self._lists.values(), *self._abroad.values())
        while self._opened and now - next(iter(self._opened.values())) > STORY_AGE:
            story_id, _ = self._opened.popitem(last=False)
            for stories in every:
                stories.close(story_id)
        for stories in every:
            stories.expire(now)

    # ------------------------------------------------------------ the rungs

    def _same_page(self, features: Features) -> Fold | None:
        known = self._by_url.get(features.canonical_url) if features.canonical_url else None
        if known is None:
            return None
        return _fold(
            known.story_id, Relation.SAME_ENTRY, "same-url", evidence=[features.canonical_url]
        )

    def _same_title(self, features: Features, member: Member) -> Fold | None:
        known = self._by_title.get((_site(features), member.title))
        if known is None or not _site(features):
            return None
        is_generic = len(title_words(member.title)) < _GENERIC_WORDS and not member.is_cjk
        if is_generic and features.seen_at - known.seen_at > _GENERIC_AFTER:
            return None
        return _fold(
            known.story_id, Relation.SAME_ENTRY, "same-title", score=1.0, evidence=[member.title]
        )

    def _same_text_or_event(
        self, features: Features, member: Member, profiles: Mapping[str, FoldProfile]
    ) -> Fold:
        near = self._near(features, member, profiles)
        copies, barred = [], set[str]()
        for candidate, limit in near:
            for other in candidate.closest:
                likeness = compare_titles(member.title, other.title)
                if likeness.conflict is Conflict.INSTALMENT:
                    barred.add(candidate.story_id)
                elif likeness.is_copy and (likeness.score >= SURE_COPY or candidate.score >= limit):
                    copies.append((likeness.score, candidate.story_id, other.title))
        near = [(candidate, limit) for candidate, limit in near if candidate.story_id not in barred]
        copies = [copy for copy in copies if copy[1] not in barred]
        if copies:
            score, story_id, title = max(copies, key=lambda copy: copy[0])
            return _fold(
                story_id, Relation.DUPLICATE, "near-duplicate", score=score, evidence=[title]
            )
        return self._same_event(near) or self._new_event(features, near)

    def _near(
        self, features: Features, member: Member, profiles: Mapping[str, FoldProfile]
    ) -> list[tuple[Candidate, float]]:
        """Return the nearest stories of the report's lists with their thresholds, best first."""
        near = [
            (candidate, stories.threshold(profiles.get(watchlist, self._profile)))
            for watchlist in _scopes(features)
            if (stories := self._lists.get(watchlist)) is not None
            for candidate in stories.nearest(member, features.seen_at)
        ]
        return sorted(near, key=lambda pair: -pair[0].score)

    def _same_event(self, near: list[tuple[Candidate, float]]) -> Fold | None:
        for candidate, threshold in near:
            if candidate.score >= threshold:
                return _fold(
                    candidate.story_id,
                    Relation.SAME_EVENT,
                    "same-event",
                    score=candidate.score,
                    threshold=threshold,
                    evidence=candidate.shared,
                )
        return None

    def _new_event(self, features: Features, near: list[tuple[Candidate, float]]) -> Fold:
        best, threshold = (near[0][0].score, near[0][1]) if near else (0.0, self._profile.base)
        return _fold(
            derived_story_id(features.entry_id),
            Relation.NEW,
            "new-event",
            score=best,
            threshold=threshold,
            related=self._related(features),
        )

    def _related(self, features: Features) -> Related | None:
        """Return the story in another language that may be about the same event.

        It is shown and suppresses nothing: too many such links are wrong.
        """
        if not _says_enough(self._named(features).terms):
            return None
        script, lists = script_of(features.title), _scopes(features)
        found = [
            candidate
            for (watchlist, other), stories in self._abroad.items()
            if watchlist in lists and other != script
            for candidate in stories.nearest(self._named(features), features.seen_at)
            if candidate.score >= RELATED_SCORE and _says_enough(candidate.shared)
        ]
        if not found:
            return None
        best = max(found, key=lambda candidate: candidate.score)
        names = tuple(name.removeprefix("@") for name in best.shared)
        return Related(story_id=best.story_id, score=round(best.score, 4), names=names)

    # ------------------------------------------------------------ parts

    def _member(self, features: Features) -> Member:
        return self._read(features)[1]

    def _named(self, features: Features) -> Member:
        """Return the report as what it names, whatever its language."""
        return self._read(features)[2]

    def _read(self, features: Features) -> tuple[Features, Member, Member]:
        if self._last is None or self._last[0] is not features:
            title = clean_title(features.title.translate(self._characters))
            lead = (features.summary or features.content)[:SUMMARY_CHARACTERS]
            lead = lead.translate(self._characters)
            words = Member.of(title, report_terms(title, lead))
            self._last = features, words, Member.of(title, self._pivots.of(title, lead))
        return self._last

    def _list(self, watchlist: str) -> ListStories:
        if watchlist not in self._lists:
            self._lists[watchlist] = ListStories()
        return self._lists[watchlist]


def _says_enough(names: Iterable[str]) -> bool:
    return sum(name not in common_pivots() for name in names) >= RELATED_NAMES


def _scopes(features: Features) -> tuple[str, ...]:
    return features.watchlists or ("",)


def _site(features: Features) -> str:
    """Return the host of the canonical address, or the outlet where there is none."""
    return features.canonical_url.partition("/")[0] or features.source


def _forget(known: dict[_Key, _Known], key: _Key, seen_at: datetime) -> None:
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
    related: Related | None = None,
) -> Fold:
    return Fold(
        story_id=story_id,
        relation=relation,
        reason=reason,
        score=round(score, 4),
        threshold=round(threshold, 4),
        evidence=tuple(evidence),
        related=related,
    )


def derived_story_id(text: str) -> str:
    """Return the id of the story that a text, such as the id of its first entry, stands for."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return b32encode(digest).decode("ascii").lower()[:_STORY_ID_CHARACTERS]
