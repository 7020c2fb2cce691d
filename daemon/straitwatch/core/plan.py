"""The one place in core that knows the order of the stages, and so what a poll changes.

In: what was read from one feed, what the store knows of it, the rules, the time. Out: a `Plan`
that the store writes in one transaction. `backtest`, `replay` and the demonstration call the same
function and write nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from math import inf
from types import MappingProxyType

from straitwatch.core.cluster import DEFAULT, PROFILES, FoldProfile, StoryWindow
from straitwatch.core.compare import compare_matches
from straitwatch.core.decide import (
    Circumstances,
    Destination,
    alert_id,
    decide_alert,
    delivery_key,
    describe_alert,
    grow_story,
    is_late,
    newly_reached,
    outlet_of,
    route_story,
    settle_severity,
    silence_of,
)
from straitwatch.core.match import Matcher, han
from straitwatch.core.model import (
    Action,
    Alert,
    AlertPolicy,
    Decision,
    Delivery,
    DeliveryState,
    Difference,
    Entry,
    Fallback,
    Feed,
    FeedState,
    Fetched,
    FetchFailed,
    Fold,
    KnownEntry,
    Limit,
    Match,
    MatchText,
    NotModified,
    ParseProblem,
    Plan,
    PlannedEntry,
    PollPolicy,
    PollReport,
    ReadFeed,
    Reason,
    Related,
    Relation,
    Report,
    Silence,
    Story,
    Validators,
    WatchList,
)
from straitwatch.core.origin import find_origin
from straitwatch.core.schedule import held_until, next_poll_at

SAME_GUID = "same-guid"  # of an entry that was stored before; its text was edited
RETURNED = "returned"  # a page that was reported long ago, under the same title
BY_HAND = "by-hand"  # the reason of a fold that a person decided
REKEY_ENTRIES = 10  # new ones in one poll, and the share that is familiar
REKEY_SHARE = 0.8
BLIND_ROUNDS = 3  # of polls, and at least so long, without a good one: that is a gap
BLIND_AFTER = timedelta(minutes=30)
GIVE_UP_AFTER = timedelta(hours=24)  # counted from when a message may be sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """A change to the watch-lists that is asked about live entries and alerts nobody."""

    version: str
    matcher: Matcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one configuration says about matching, deciding and routing."""

    matcher: Matcher
    policy: AlertPolicy
    titles: Mapping[str, str]  # of the watch-lists
    recipients: Mapping[str, tuple[str, ...]]  # of each receiver; missing or empty: one, unnamed
    give_up: Mapping[str, timedelta] = field(default_factory=dict)  # by receiver
    limits: Mapping[str, Limit] = field(default_factory=dict)  # by receiver
    fallbacks: Mapping[str, Fallback] = field(default_factory=dict)  # by receiver
    folding: Mapping[str, FoldProfile] = field(default_factory=dict)  # by list
    config_version: str = ""
    shadow: Shadow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedEntry:
    """An entry whose text is new or was edited, with the lists that fired on it."""

    entry: Entry
    matches: tuple[Match, ...]
    differences: tuple[Difference, ...] = ()  # what a change in shadow would make of it


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedFeed:
    """What one poll read: all entries counted, the new and edited ones matched."""

    read: ReadFeed
    changed: tuple[MatchedEntry, ...]
    known: Mapping[str, KnownEntry]
    state: FeedState  # as it will be: validators, next due time, outcome
    rekeyed: frozenset[str] = frozenset()  # entries that are there already under other ids


def rekeyed_entries(new: Sequence[Entry], familiar: Collection[str]) -> frozenset[str]:
    """Recognize a feed that has given its entries new ids: they are no news.

    `familiar` are those of the new entries whose title this feed has carried before. A few are a
    bulletin with one title each day; most of many are the same entries over again.
    """
    is_rekeyed = len(new) >= REKEY_ENTRIES and len(familiar) >= REKEY_SHARE * len(new)
    return frozenset(familiar) if is_rekeyed else frozenset()


def match_entries(
    read: ReadFeed,
    known: Mapping[str, KnownEntry],
    *,
    feed: Feed,
    state: FeedState,
    rules: Rules,
    rekeyed: frozenset[str] = frozenset(),
) -> MatchedFeed:
    """Match the entries that are new, or whose text was edited since it was stored."""
    changed = tuple(
        _match_entry(entry, feed, rules)
        for entry in read.entries
        if entry.id not in known or known[entry.id].text_hash != entry.text_hash
    )
    return MatchedFeed(read=read, changed=changed, known=known, state=state, rekeyed=rekeyed)


def _match_entry(entry: Entry, feed: Feed, rules: Rules) -> MatchedEntry:
    text = matchable(entry, feed)
    matches = rules.matcher.match(text)
    if rules.shadow is None:
        return MatchedEntry(entry=entry, matches=matches)
    differences = tuple(compare_matches(matches, rules.shadow.matcher.match(text)))
    return MatchedEntry(entry=entry, matches=matches, differences=differences)


def matchable(entry: Entry, feed: Feed) -> MatchText:
    """Return what watch-lists look at in an entry of this feed."""
    return MatchText(
        title=entry.title,
        summary=entry.summary,
        content=entry.content,
        language=entry.language or feed.language,
        country=feed.country,
        stance=feed.stance,
        source=feed.name,
        tags=feed.tags,
        about=feed.about,
    )


@dataclass(slots=True)
class _Draft:
    """The plan while it is being made; stories change as entries are folded into them."""

    stories: dict[str, Story]
    touched: dict[str, Story] = field(default_factory=dict)
    entries: list[PlannedEntry] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    stories_new: int = 0

    def keep(self, story: Story) -> None:
        self.stories[story.id] = story
        self.touched[story.id] = story


def new_window(profile: FoldProfile = DEFAULT) -> StoryWindow:
    """Return an empty fold window that reads both scripts of Chinese as one."""
    return StoryWindow(profile=profile, characters=_one_script())


def fold_profiles(watchlists: Iterable[WatchList]) -> dict[str, FoldProfile]:
    """Return how readily each list folds."""
    return {item.id: PROFILES[item.folding] for item in watchlists}


@cache
def _one_script() -> Mapping[int, int]:
    return {ord(one): ord(other) for one, other in zip(han.FROM, han.TO, strict=True)}


def fold_entries(
    feed: Feed,
    matched: MatchedFeed,
    *,
    window: StoryWindow,
    now: datetime,
    profiles: Mapping[str, FoldProfile] | None = None,
    returned: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Fold]:
    """Find the story of every matched entry, by identity first, then by what it says.

    `window` is derived state and takes in the reports that are folded here. A caller whose commit
    fails throws it away and builds it anew from the store.

    Args:
        feed: the feed that was polled.
        matched: its new and edited entries.
        window: the matched reports of the last days.
        now: when the reports were seen.
        profiles: how readily each list folds; those that are missing by the default.
        returned: the stories of pages that were reported before, by the entries that hold them now;
            the window has forgotten those older than it is.

    Returns:
        A fold for the id of each entry that matched.

    """
    folds: dict[str, Fold] = {}
    for item in matched.changed:
        if not item.matches:
            continue
        known = matched.known.get(item.entry.id)
        if known is not None and known.story_id:
            fold = Fold(story_id=known.story_id, relation=Relation.SAME_ENTRY, reason=SAME_GUID)
        else:
            report = _report(item, feed, now=now)
            fold = window.fold(report, profiles or {})
            if fold.relation is not Relation.SAME_ENTRY and item.entry.id in returned:
                fold = _returned(item.entry, returned[item.entry.id])
            window.add(report, fold)
        folds[item.entry.id] = fold
    return folds


def _returned(entry: Entry, story_id: str) -> Fold:
    return Fold(
        story_id=story_id,
        relation=Relation.SAME_ENTRY,
        reason=RETURNED,
        evidence=(entry.canonical_url,),
    )


def list_paces(folds: Iterable[str], matched: MatchedFeed, window: StoryWindow) -> dict[str, float]:
    """Return how many reports an hour each list that fired on a folded entry usually has."""
    ids = set(folds)
    lists = {
        match.watchlist
        for item in matched.changed
        if item.entry.id in ids
        for match in item.matches
    }
    return {name: window.pace(name) for name in lists}


def named_stories(folds: Iterable[Fold]) -> set[str]:
    """Return the ids of the stories that folds name."""
    return {id_ for fold in folds for id_ in (fold.story_id, *_related_id(fold))}


def _related_id(fold: Fold) -> tuple[str, ...]:
    return (fold.related.story_id,) if fold.related else ()


def _report(item: MatchedEntry, feed: Feed, *, now: datetime) -> Report:
    entry = item.entry
    return Report(
        entry_id=entry.id,
        title=entry.title,
        summary=entry.summary,
        content=entry.content,
        canonical_url=entry.canonical_url,
        source=outlet_of(entry, feed).name,
        language=entry.language or feed.language,
        seen_at=now,
        watchlists=tuple(match.watchlist for match in item.matches),
    )


def plan_ingest(
    feed: Feed,
    state: FeedState,
    matched: MatchedFeed,
    *,
    folds: Mapping[str, Fold],
    stories: Mapping[str, Story],
    rules: Rules,
    now: datetime,
    silences: Sequence[Silence] = (),
    paces: Mapping[str, float] | None = None,
) -> Plan:
    """Work out everything that one poll changes.

    Args:
        feed: the feed that was polled.
        state: what the store knew of it before.
        matched: its new and edited entries, and its state as it will be.
        folds: the story of each entry that matched, from `fold_entries`.
        stories: the stories named in `folds`, the related ones too, as far as the store has them.
        rules: lists, routes and receivers.
        now: the time of the poll.
        silences: those made by command; those of the configuration stand in `rules`.
        paces: how many reports an hour each list usually has, from `list_paces`.

    """
    quiet = (*rules.policy.silences, *silences)
    draft = _Draft(stories=dict(stories))
    for item in matched.changed:
        known = matched.known.get(item.entry.id)
        fold = folds.get(item.entry.id)
        planned = PlannedEntry(entry=item.entry, is_new=known is None, differences=item.differences)
        if fold is not None:
            is_news = not (
                item.entry.id in matched.rekeyed
                or _is_baseline(item.entry, state, rules.policy, now=now)
                or is_late(item.entry.published_at, feed.max_age or rules.policy.max_age, now=now)
            )
            if is_news:
                item = _settled(item, fold, draft, feed=feed, now=now)  # noqa: PLW2901
            decision = _conclude(
                item,
                fold,
                draft,
                quiet,
                feed=feed,
                state=state,
                rules=rules,
                now=now,
                is_known=known is not None,
                is_rekeyed=item.entry.id in matched.rekeyed,
                pace=max((paces or {}).get(match.watchlist, inf) for match in item.matches),
            )
            planned = replace(planned, matches=item.matches, fold=fold, decision=decision)
        draft.entries.append(planned)
    return _finish(draft, matched, feed=feed, state=state, rules=rules, now=now)


def _settled(
    item: MatchedEntry, fold: Fold, draft: _Draft, *, feed: Feed, now: datetime
) -> MatchedEntry:
    """Give the matches the severity that they have with their story as it is with this report.

    Only those of news: what is said nowhere must not use up the rise.
    """
    before = draft.stories.get(fold.story_id)
    if not any(match.waiting for match in item.matches) and not (before and before.waiting):
        return item
    origin = _origin_of(item.entry, feed, before)
    story = grow_story(before, fold, item.entry, item.matches, feed=feed, origin=origin, now=now)
    return replace(
        item, matches=tuple(settle_severity(match, story, feed) for match in item.matches)
    )


def _conclude(
    item: MatchedEntry,
    fold: Fold,
    draft: _Draft,
    silences: Sequence[Silence],
    *,
    feed: Feed,
    state: FeedState,
    rules: Rules,
    now: datetime,
    is_known: bool,
    is_rekeyed: bool,
    pace: float,
) -> Decision:
    """Decide about one report and put what follows from it into the draft."""
    before = draft.stories.get(fold.story_id)
    outlet = outlet_of(item.entry, feed).name
    heard = tuple(
        match
        for match in item.matches
        if silence_of(match, feed, item.entry, silences, now=now) is None
    )
    said = replace(item, matches=heard or item.matches)
    origin = _origin_of(item.entry, feed, before)
    is_baseline = _is_baseline(item.entry, state, rules.policy, now=now)
    after = grow_story(
        before,
        fold,
        item.entry,
        said.matches,
        feed=feed,
        origin=origin,
        now=now,
        pace=inf if is_baseline or is_rekeyed else pace,
    )
    if before is not None and after.is_breaking and not before.is_breaking:
        heard = tuple(replace(match, severity=match.severity.raised) for match in heard)
        said = replace(said, matches=heard or said.matches)
    draft.stories_new += before is None
    circumstances = Circumstances(
        relation=fold.relation,
        outlet=outlet,
        title=item.entry.title,
        is_baseline=is_baseline,
        is_known_entry=is_known,
        is_rekeyed=is_rekeyed,
        published_at=item.entry.published_at,
        max_age=feed.max_age or rules.policy.max_age,
        update_outlets=rules.policy.update_outlets,
    )
    decision = decide_alert(before, after, circumstances, now=now)
    reached: tuple[Destination, ...] = ()
    if decision.reason is Reason.ALREADY_ALERTED and before is not None:
        reached = newly_reached(heard, feed, item.entry, rules.policy, before=before, after=after)
        if reached:
            decision = Decision(action=Action.UPDATE, reason=Reason.NEW_ROUTE)
    is_said = decision.action in (Action.ALERT, Action.UPDATE)
    if not heard:
        draft.keep(_unsaid(before, after))
        return Decision(action=Action.DIGEST, reason=Reason.SILENCED) if is_said else decision
    if not is_said:
        draft.keep(after)
        return decision
    destinations = reached or route_story(heard, feed, item.entry, rules.policy, story=after)
    if not destinations:
        draft.keep(after)
        return Decision(action=Action.DIGEST, reason=Reason.NO_ROUTE)
    after = replace(after, revision=after.revision + 1, alerted_at=after.alerted_at or now)
    after = _announce(
        said,
        after,
        decision,
        destinations,
        draft,
        related=fold.related,
        feed=feed,
        rules=rules,
        now=now,
    )
    draft.keep(after)
    return decision


def _unsaid(before: Story | None, after: Story) -> Story:
    """Return a story that grew by what a silence holds: it is news once the silence is over."""
    if before is None:
        return after
    return replace(
        after,
        watchlists=before.watchlists,
        severity=before.severity,
        is_breaking=before.is_breaking,
    )


def _origin_of(entry: Entry, feed: Feed, story: Story | None) -> str:
    """Return whose reporting an entry is, as a part of its story as that was."""
    heard = story.origins if story else ()
    return find_origin(entry, outlet_of(entry, feed).name, heard).name


def _is_baseline(entry: Entry, state: FeedState, policy: AlertPolicy, *, now: datetime) -> bool:
    """Whether this is the silent first sight of a feed; `backfill` lets young entries through."""
    if state.baseline_at is not None:
        return False
    if not policy.backfill or entry.published_at is None:
        return True
    return now - entry.published_at > policy.backfill


def _announce(
    item: MatchedEntry,
    story: Story,
    decision: Decision,
    destinations: Sequence[Destination],
    draft: _Draft,
    *,
    related: Related | None,
    feed: Feed,
    rules: Rules,
    now: datetime,
) -> Story:
    """Add the alert and one delivery for each recipient; return the story with its threads."""
    facts = describe_alert(
        story,
        item.entry,
        item.matches,
        decision,
        feed=feed,
        titles=dict(rules.titles),
        now=now,
        related=draft.stories.get(related.story_id) if related else None,
        related_names=related.names if related else (),
    )
    alert = Alert(
        id=alert_id(story.id, story.revision),
        kind=facts.kind,
        story_id=story.id,
        revision=story.revision,
        severity=story.severity,
        facts=facts,
        created_at=now,
        config_version=rules.config_version,
    )
    threads = {(receiver, recipient): first for receiver, recipient, first in story.threads}
    deliveries: list[Delivery] = []
    for destination in destinations:
        for recipient in rules.recipients.get(destination.receiver) or ("",):
            parent = threads.get((destination.receiver, recipient), "")
            if parent and not destination.wants_updates:
                continue
            delivery = _delivery(alert, destination, recipient, parent, rules=rules, now=now)
            threads.setdefault((destination.receiver, recipient), delivery.id)
            deliveries.append(delivery)
    if deliveries:
        draft.alerts.append(alert)
        draft.deliveries.extend(deliveries)
    return replace(story, threads=tuple((*place, first) for place, first in threads.items()))


def _delivery(
    alert: Alert,
    destination: Destination,
    recipient: str,
    parent: str,
    *,
    rules: Rules,
    now: datetime,
) -> Delivery:
    not_before, why = _hold(destination, rules.policy, now=now)
    give_up = rules.give_up.get(destination.receiver, GIVE_UP_AFTER)
    return Delivery(
        id=delivery_key(alert.id, destination.receiver, recipient),
        alert_id=alert.id,
        receiver=destination.receiver,
        recipient=recipient,
        routes=tuple(route.name for route in destination.routes),
        watchlists=destination.watchlists,
        state=DeliveryState.HELD if not_before else DeliveryState.PENDING,
        state_reason=why,
        not_before=not_before,
        give_up_at=(not_before or now) + give_up,
        parent_id=parent,
    )


def _hold(
    destination: Destination, policy: AlertPolicy, *, now: datetime
) -> tuple[datetime | None, str]:
    """Return until when a message is held and why; `(None, "")` sends it at once.

    Only quiet hours and an explicit `group_wait` hold a message. Where several routes lead to one
    receiver, the quiet hours that end first decide.
    """
    ends: list[datetime] = []
    for quiet in policy.quiet_hours:
        if quiet.name in destination.quiet_hours:
            end = held_until(destination.severity, quiet=quiet, now=now)
            if end is None:
                ends = []
                break
            ends.append(end)
    if ends:
        return min(ends), "quiet_hours"
    if destination.group_wait:
        return now + destination.group_wait, "group_wait"
    return None, ""


def _finish(
    draft: _Draft,
    matched: MatchedFeed,
    *,
    feed: Feed,
    state: FeedState,
    rules: Rules,
    now: datetime,
) -> Plan:
    new = sum(planned.is_new for planned in draft.entries)
    # Half a document is no baseline: the other half would come as new.
    is_whole = matched.read.problem is not ParseProblem.TRUNCATED
    is_baseline = state.baseline_at is None
    after = replace(
        matched.state,
        baseline_at=now if is_baseline and is_whole else state.baseline_at,
        last_new_at=now if new else state.last_new_at,
    )
    return Plan(
        state=after,
        entries=tuple(draft.entries),
        stories=tuple(draft.touched.values()),
        alerts=tuple(draft.alerts),
        deliveries=tuple(draft.deliveries),
        config_version=rules.config_version,
        shadow_version=rules.shadow.version if rules.shadow else "",
        report=PollReport(
            feed_id=feed.id,
            outcome=after.last_outcome,
            entries=len(matched.read.entries),
            entries_new=new,
            stories_new=draft.stories_new,
            alerts=len(draft.alerts),
            detail=after.last_detail,
            is_baseline=is_baseline,
            rekeyed=len(matched.rekeyed),
            reasons=tuple(planned.decision.reason for planned in draft.entries),
        ),
    )


# ---------------------------------------------------------------- what a person puts right


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldReport:
    """A report that the brake on a re-keyed feed held back."""

    entry: Entry
    matches: tuple[Match, ...]
    fold: Fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What follows when held reports are news after all, to be written in one transaction."""

    decisions: Mapping[str, Decision]  # by entry
    stories: tuple[Story, ...]  # those that something is said of, in their new state
    alerts: tuple[Alert, ...]
    deliveries: tuple[Delivery, ...]
    config_version: str


def plan_release(
    feed: Feed,
    held: Sequence[HeldReport],
    *,
    stories: Mapping[str, Story],
    rules: Rules,
    now: datetime,
    silences: Sequence[Silence] = (),
) -> Release:
    """Say of held reports what would have been said of new ones, oldest first.

    A story that was alerted is told again only for what an update is told for.
    """
    draft = _Draft(stories=dict(stories))
    decisions: dict[str, Decision] = {}
    for report in held:
        fold = replace(report.fold, relation=Relation.SAME_EVENT)  # the same page, but no repeat
        item = MatchedEntry(entry=report.entry, matches=report.matches)
        decisions[report.entry.id] = _conclude(
            _settled(item, fold, draft, feed=feed, now=now),
            fold,
            draft,
            (*rules.policy.silences, *silences),
            feed=feed,
            state=FeedState(feed_id=feed.id, baseline_at=now),
            rules=rules,
            now=now,
            is_known=False,
            is_rekeyed=False,
            pace=inf,
        )
    said = {alert.story_id for alert in draft.alerts}
    return Release(
        decisions=decisions,
        stories=tuple(
            replace(story, last_seen_at=stories[story.id].last_seen_at)
            for story in draft.touched.values()
            if story.id in said
        ),
        alerts=tuple(draft.alerts),
        deliveries=tuple(draft.deliveries),
        config_version=rules.config_version,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReport:
    """A report as it is stored: what a story is grown from."""

    entry: Entry
    feed: Feed
    matches: tuple[Match, ...]
    seen_at: datetime


def regrow_story(before: Story, reports: Sequence[StoredReport]) -> Story:
    """Return a story as it would be with these reports, oldest first, and what was said of it.

    Lists and a severity that it did not have are those that a silence holds: they are news later.
    """
    fold = Fold(story_id=before.id, relation=Relation.SAME_EVENT, reason=BY_HAND)
    story: Story | None = None
    for report in reports:
        story = grow_story(
            story,
            fold,
            report.entry,
            report.matches,
            feed=report.feed,
            origin=_origin_of(report.entry, report.feed, story),
            now=report.seen_at,
        )
    if story is None:
        raise ValueError(f"story {before.id} would have no report")
    lists = tuple(it for it in story.watchlists if it in before.watchlists)
    pick = max if before.is_breaking else min
    return replace(
        story,
        watchlists=lists or story.watchlists,
        waiting=before.waiting,
        severity=pick(story.severity, before.severity, key=lambda level: level.rank),
        is_breaking=before.is_breaking,
        revision=before.revision,
        alerted_at=before.alerted_at,
        threads=before.threads,
    )


# ---------------------------------------------------------------- how a poll leaves its feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Works out a feed's next state from how its poll went."""

    feed: Feed
    state: FeedState  # before the poll
    policy: PollPolicy
    now: datetime
    chance: float  # in [0, 1), for jitter

    def unchanged(self, outcome: str, result: Fetched | NotModified) -> FeedState:
        """Settle a poll that brought nothing new; a 304 need not repeat the validators."""
        given = result.validators
        validators = given if given.etag or given.last_modified else self.state.validators
        return self._good(outcome, validators, self.state.body_hash, max_age=result.max_age)

    def read(self, fetched: Fetched, read: ReadFeed) -> FeedState:
        """Settle a poll whose document was read, whole or in part."""
        if read.problem is ParseProblem.TRUNCATED:
            # Half a document proves nothing: ask for the whole one next time.
            return self._good(read.problem, Validators(), b"", detail=read.detail)
        return self._good(
            read.problem or "ok",
            fetched.validators,
            fetched.body_hash,
            max_age=fetched.max_age,
            detail=read.detail,
        )

    def failed(self, result: FetchFailed) -> FeedState:
        """Settle a poll that brought no document."""
        return self._bad(result.kind, result.detail, retry_after=result.retry_after)

    def broken(self, error: Exception) -> FeedState:
        """Settle a poll that failed inside Straitwatch, so that it shows and slows down."""
        return self._bad("error", f"{type(error).__name__}: {error}"[:300], retry_after=None)

    def unreadable(self, problem: ParseProblem, detail: str) -> FeedState:
        """Settle a poll whose document is no feed; the validators stay as they were."""
        return self._bad(problem, detail, retry_after=None)

    def _good(
        self,
        outcome: str,
        validators: Validators,
        body_hash: bytes,
        *,
        max_age: timedelta | None = None,
        detail: str = "",
    ) -> FeedState:
        return replace(
            self.state,
            validators=validators,
            body_hash=body_hash,
            failures=0,
            blind_since=self._blind_since(),
            last_polled_at=self.now,
            last_ok_at=self.now,
            last_outcome=str(outcome),
            last_detail=detail,
            next_due_at=self._next(failures=0, max_age=max_age, retry_after=None),
        )

    def _blind_since(self) -> datetime | None:
        """Return since when nothing was read, if that is longer than a feed's rhythm explains."""
        last = self.state.last_ok_at
        rhythm = self.feed.interval or self.policy.interval
        is_gap = last is not None and self.now - last > max(BLIND_ROUNDS * rhythm, BLIND_AFTER)
        return last if is_gap else None

    def _bad(self, outcome: str, detail: str, *, retry_after: timedelta | None) -> FeedState:
        failures = self.state.failures + 1
        return replace(
            self.state,
            failures=failures,
            blind_since=None,
            last_polled_at=self.now,
            last_outcome=str(outcome),
            last_detail=detail,
            next_due_at=self._next(failures=failures, max_age=None, retry_after=retry_after),
        )

    def _next(
        self, *, failures: int, max_age: timedelta | None, retry_after: timedelta | None
    ) -> datetime:
        return next_poll_at(
            feed=self.feed,
            policy=self.policy,
            failures=failures,
            max_age=max_age,
            retry_after=retry_after,
            now=self.now,
            chance=self.chance,
        )
