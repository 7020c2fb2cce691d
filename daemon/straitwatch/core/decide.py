"""Stage: alert or not, to whom, and why.

In: a report that matched, the story it belongs to, the policy. Out: a `Decision` with its reason,
the story's next state, the places its routes lead to, and the facts that a message may state.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from math import inf
from operator import itemgetter

from straitwatch.core.model import (
    UNNAMED_MEDIA,
    Action,
    AlertFacts,
    AlertKind,
    AlertPolicy,
    Decision,
    DigestItem,
    Entry,
    Feed,
    Fold,
    Hit,
    Limit,
    Match,
    MatchNote,
    Outlet,
    Quote,
    Reason,
    Relation,
    RollupFacts,
    Route,
    Severity,
    Silence,
    Story,
    StoryFilter,
    StoryReport,
)
from straitwatch.core.sentences import sentence_spans

DAY_AFTER = timedelta(hours=24)  # a report this long after the alert is news again: say so
RENEWED_AFTER = timedelta(hours=18)  # a daily bulletin, published a little earlier than yesterday's
BREAKING_SPAN = timedelta(hours=1)
BREAKING_ORIGINS = 4  # at least, within that span
BREAKING_TIMES = 3  # as many as the whole list has reports in that time, usually
LISTED_REPORTS = 12  # reports that a story keeps for showing; the count goes on
STATE_STANCES = ("state", "party")  # of outlets that speak for a government
QUOTE_LENGTH = 320  # characters: two or three lines in Slack and mail


# ---------------------------------------------------------------- identities


def alert_id(story_id: str, revision: int, *parts: str) -> str:
    """Compute the id of what is said about a story at one revision, or of a message of parts."""
    return _key("alert", story_id, str(revision), *parts)


def delivery_key(alert: str, receiver: str, recipient: str) -> str:
    """Compute a delivery's id, the same before and after a crash."""
    return _key("delivery", alert, receiver, recipient)


def _key(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode(), digest_size=10).hexdigest()


# ---------------------------------------------------------------- the story grows


def outlet_of(entry: Entry, feed: Feed) -> Outlet:
    """Name who reports: the publisher that an aggregator names, or else the feed."""
    if entry.source and entry.source != feed.name:
        # The aggregator's stance and tier say nothing about the publisher it carries.
        return Outlet(name=entry.source, language=entry.language)
    return Outlet(
        name=feed.name,
        stance=feed.stance,
        tier=feed.tier,
        country=feed.country,
        language=entry.language or feed.language,
    )


def grow_story(
    story: Story | None,
    fold: Fold,
    entry: Entry,
    matches: Sequence[Match],
    *,
    feed: Feed,
    now: datetime,
    origin: str = "",
    pace: float = inf,
) -> Story:
    """Return the story with this report in it.

    Args:
        story: as it was; None when this is its first report.
        fold: names the story.
        entry: the report.
        matches: the lists that fired on it.
        feed: where it was read.
        now: when.
        origin: whose reporting it is; "" for the outlet's own.
        pace: how many reports an hour its lists usually have; where that is not known, no story
            is breaking.

    """
    outlet = outlet_of(entry, feed)
    whose = origin or outlet.name
    # What was published earlier is not heard now: after an outage, old reports arrive together.
    heard = (whose, min(entry.published_at or now, now))
    report = StoryReport(
        outlet=outlet,
        title=entry.title,
        url=entry.url,
        seen_at=now,
        published_at=entry.published_at,
        origin=origin if origin != outlet.name else "",
    )
    is_state = outlet.stance in STATE_STANCES
    severity = max((match.severity for match in matches), key=lambda level: level.rank)
    lists = tuple(match.watchlist for match in matches)
    if story is None:
        return Story(
            id=fold.story_id,
            title=entry.title,
            first_seen_at=now,
            last_seen_at=now,
            severity=severity,
            watchlists=_union((), lists),
            outlets=(outlet.name,),
            reports=(report,),
            has_tier_one=outlet.tier == 1,
            origins=(whose,),
            waiting=tuple(line for match in matches for line in match.waiting),
            is_state_only=is_state,
            recent=_recent((), *(() if whose == UNNAMED_MEDIA else (heard,)), now=now),
        )
    is_new_outlet = outlet.name not in story.outlets
    keeps = is_new_outlet and len(story.reports) < LISTED_REPORTS
    is_source = is_new_outlet and whose != UNNAMED_MEDIA
    grown = replace(
        story,
        last_seen_at=now,
        severity=max(story.severity, severity, key=lambda level: level.rank),
        watchlists=_union(story.watchlists, lists),
        outlets=_union(story.outlets, (outlet.name,)),
        reports=(*story.reports, report) if keeps else story.reports,
        has_tier_one=story.has_tier_one or outlet.tier == 1,
        origins=_origins(story.origins, whose),
        waiting=tuple(
            dict.fromkeys((*story.waiting, *(line for match in matches for line in match.waiting)))
        ),
        is_state_only=story.is_state_only and is_state,
        recent=_recent(story.recent, *((heard,) if is_source else ()), now=now),
    )
    if story.is_breaking or not _is_breaking(grown, pace):
        return grown
    return replace(grown, is_breaking=True, severity=grown.severity.raised)


def _origins(before: tuple[str, ...], whose: str) -> tuple[str, ...]:
    """Return the sources; media without a name may be any of them, so they are no further one."""
    named = tuple(name for name in _union(before, (whose,)) if name != UNNAMED_MEDIA)
    return named or (UNNAMED_MEDIA,)


def _is_breaking(story: Story, pace: float) -> bool:
    """Whether more independent origins than usual reported it within the hour."""
    return len(story.recent) >= max(BREAKING_ORIGINS, BREAKING_TIMES * pace)


def _recent(
    before: tuple[tuple[str, datetime], ...], *heard: tuple[str, datetime], now: datetime
) -> tuple[tuple[str, datetime], ...]:
    """Return the origins heard in the last hour, each with when it was heard last."""
    latest = dict(sorted((*before, *heard), key=itemgetter(1)))
    return tuple((origin, at) for origin, at in latest.items() if now - at <= BREAKING_SPAN)


def _union(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


# ---------------------------------------------------------------- yes or no


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What `decide_alert` needs to know beside the story itself."""

    relation: Relation
    outlet: str = ""  # who reports
    title: str = ""
    is_baseline: bool = False  # the feed is seen for the first time
    is_known_entry: bool = False  # the entry was stored before; its text was edited
    is_rekeyed: bool = False  # it was there under another id
    published_at: datetime | None = None
    max_age: timedelta = timedelta(hours=48)
    update_outlets: tuple[int, ...] = (3, 10, 30)


def decide_alert(
    before: Story | None, after: Story, circumstances: Circumstances, *, now: datetime
) -> Decision:
    """Decide whether something is said about the story now, and why."""
    if circumstances.is_baseline:
        return Decision(action=Action.NONE, reason=Reason.BASELINE)
    if circumstances.is_rekeyed:
        return Decision(action=Action.NONE, reason=Reason.REKEYED)
    if is_late(circumstances.published_at, circumstances.max_age, now=now):
        if before and _is_repeat(before, circumstances) and before.watchlists == after.watchlists:
            return Decision(action=Action.NONE, reason=Reason.KNOWN_ENTRY)
        return Decision(action=Action.DIGEST, reason=Reason.LATE)  # a form of yes
    if before is None:
        return Decision(action=Action.ALERT, reason=Reason.NEW_STORY)
    is_repeat = _is_repeat(before, circumstances)
    if before.revision == 0 and not is_repeat:
        return Decision(action=Action.ALERT, reason=Reason.NEW_STORY)
    if gained := _gain(before, after, circumstances, now=now):
        action = Action.UPDATE if before.revision else Action.ALERT
        return Decision(action=action, reason=gained)
    reason = Reason.KNOWN_ENTRY if is_repeat else Reason.ALREADY_ALERTED
    return Decision(action=Action.NONE, reason=reason)


def is_late(published_at: datetime | None, max_age: timedelta, *, now: datetime) -> bool:
    """Whether a report was published too long ago to be news."""
    return published_at is not None and now - published_at > max_age


def _is_repeat(before: Story, circumstances: Circumstances) -> bool:
    """Whether the report was there before: the entry itself, or the outlet's page under a new id.

    The same page in another outlet's feed is a report of its own: the first one may have been part
    of a silent baseline.
    """
    is_same_page = circumstances.relation is Relation.SAME_ENTRY
    return circumstances.is_known_entry or (is_same_page and circumstances.outlet in before.outlets)


def _gain(
    before: Story, after: Story, circumstances: Circumstances, *, now: datetime
) -> Reason | None:
    if set(after.watchlists) - set(before.watchlists):
        return Reason.NEW_LIST
    if after.is_breaking and not before.is_breaking:
        return Reason.BREAKING
    if after.severity.rank > before.severity.rank:
        return Reason.HIGHER_SEVERITY
    if len(after.outlets) == len(before.outlets):
        return Reason.DAY_LATER if _is_page_renewed(before, circumstances, now=now) else None
    if after.has_tier_one and not before.has_tier_one:
        return Reason.TIER_ONE
    if len(after.outlets) in circumstances.update_outlets:
        return Reason.MORE_OUTLETS
    if before.alerted_at is not None and now - before.alerted_at > DAY_AFTER:
        return Reason.DAY_LATER
    return None


def _is_page_renewed(before: Story, circumstances: Circumstances, *, now: datetime) -> bool:
    """Whether one page carries another bulletin each day: a new id, a new title, much later."""
    if circumstances.is_known_entry or circumstances.relation is not Relation.SAME_ENTRY:
        return False
    titles = {before.title, *(report.title for report in before.reports)}
    return circumstances.title not in titles and now - before.last_seen_at > RENEWED_AFTER


# ---------------------------------------------------------------- routes


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStep:
    """One route that a match was held against: `route test` prints these."""

    route: Route
    fits: bool
    because: str  # what did not fit; "" when it fits


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A receiver that at least one match leads to, with everything that led there."""

    receiver: str
    routes: tuple[Route, ...]
    watchlists: tuple[str, ...]
    severity: Severity

    @property
    def group_wait(self) -> timedelta:
        """The shortest wait of the routes: the most impatient desk decides."""
        return min(route.group_wait for route in self.routes)

    @property
    def quiet_hours(self) -> tuple[str, ...]:
        """The quiet hours that hold the message: none as soon as one route has none."""
        names = tuple(route.quiet_hours for route in self.routes)
        return names if all(names) else ()

    @property
    def wants_updates(self) -> bool:
        """Whether any of the routes wants to hear of updates at once."""
        return any(route.updates in ("thread", "message") for route in self.routes)


def walk_routes(
    match: Match,
    feed: Feed,
    entry: Entry,
    routes: Sequence[Route],
    *,
    story: Story | None = None,
) -> list[RouteStep]:
    """Hold one match against the routes from the top; the first that fits ends the walk.

    Without a story, the match counts as its first report.
    """
    steps: list[RouteStep] = []
    for route in routes:
        because = _misfit(route, match, feed, entry) or _story_misfit(route.story, story, feed)
        steps.append(RouteStep(route=route, fits=not because, because=because))
        if not because and not route.continues:
            break
    return steps


def silence_of(
    match: Match, feed: Feed, entry: Entry, silences: Iterable[Silence], *, now: datetime
) -> Silence | None:
    """Return the silence that holds this match back now, if there is one."""
    for silence in silences:
        is_on = (silence.starts_at or now) <= now < silence.until_at
        is_spared = match.severity is Severity.CRITICAL and not silence.severities
        if is_on and not is_spared and not _misfit(silence, match, feed, entry):
            return silence
    return None


def _misfit(route: Route | Silence, match: Match, feed: Feed, entry: Entry) -> str:
    language = entry.language or feed.language
    if route.watchlists and match.watchlist not in route.watchlists:
        return f"wants watch-list {' or '.join(route.watchlists)}"
    if route.severities and match.severity not in route.severities:
        return f"wants severity {' or '.join(route.severities)}, this is {match.severity}"
    if route.tags and not set(route.tags) & set(feed.tags):
        return f"wants feed tag {' or '.join(route.tags)}"
    if route.stances and feed.stance not in route.stances:
        return f"wants stance {' or '.join(route.stances)}"
    if route.languages and not any(_speaks(language, wanted) for wanted in route.languages):
        return f"wants language {' or '.join(route.languages)}"
    return ""


def first_story(match: Match, entry: Entry, feed: Feed, *, now: datetime) -> Story:
    """Return the story that a report would begin."""
    fold = Fold(story_id="", relation=Relation.NEW, reason="")
    outlet = outlet_of(entry, feed).name
    return grow_story(None, fold, entry, [match], feed=feed, now=now, origin=outlet)


def settle_severity(match: Match, story: Story, feed: Feed) -> Match:
    """Give a match the first level that holds now that its story is known.

    What an earlier report of the story left to it counts too: it may raise, and lowers nothing.
    """
    holding = [
        line
        for line in dict.fromkeys((*match.waiting, *story.waiting))
        if line.watchlist == match.watchlist and not _story_misfit(line.story, story, feed)
    ]
    own = next((line.level for line in holding if line in match.waiting), match.severity)
    levels = (own, *(line.level for line in holding if line not in match.waiting))
    return replace(match, severity=max(levels, key=lambda level: level.rank))


def _story_misfit(wanted: StoryFilter, story: Story | None, feed: Feed) -> str:
    is_state = feed.stance in STATE_STANCES
    origins = len(story.origins) if story else 1
    is_state_only = story.is_state_only if story else is_state
    is_state_first = (
        story.reports[0].outlet.stance in STATE_STANCES if story and story.reports else is_state
    )
    if origins < wanted.min_origins:
        return f"wants {wanted.min_origins} independent origins, there is {origins}"
    if wanted.state_only not in (None, is_state_only):
        return "wants what only state media has" if wanted.state_only else "only state media has it"
    if wanted.state_first not in (None, is_state_first):
        return "wants what state media had first" if wanted.state_first else "state media was first"
    return ""


def _speaks(language: str, wanted: str) -> bool:
    """Whether a language tag falls under a wanted one: zh-Hant under zh."""
    return language.lower() == wanted.lower() or language.lower().startswith(wanted.lower() + "-")


def route_story(
    matches: Sequence[Match],
    feed: Feed,
    entry: Entry,
    policy: AlertPolicy,
    *,
    story: Story | None = None,
) -> tuple[Destination, ...]:
    """Fold the routes of all matches into one destination per receiver and person.

    A person whom several receivers reach gets the story where its thread already is, else at the
    first of those receivers in the person's own order.
    """
    found: dict[str, list[tuple[Route, Match]]] = {}
    for match in matches:
        for step in walk_routes(match, feed, entry, policy.routes, story=story):
            if step.fits:
                for receiver in step.route.send:
                    found.setdefault(receiver, []).append((step.route, match))
    begun = {receiver for receiver, _, _ in story.threads} if story else set()
    for person in policy.people:
        reached = [receiver for receiver in person.receivers if receiver in found]
        if reached:
            place = next((it for it in person.receivers if it in begun), reached[0])
            found[place] = [way for receiver in reached for way in found.pop(receiver)]
    return tuple(
        Destination(
            receiver=receiver,
            routes=tuple(dict.fromkeys(route for route, _ in ways)),
            watchlists=_union((), (match.watchlist for _, match in ways)),
            severity=max((match.severity for _, match in ways), key=lambda level: level.rank),
        )
        for receiver, ways in found.items()
    )


def newly_reached(
    matches: Sequence[Match],
    feed: Feed,
    entry: Entry,
    policy: AlertPolicy,
    *,
    before: Story,
    after: Story,
) -> tuple[Destination, ...]:
    """Return where a route leads now because of what the story has become.

    Whoever was told of the story before hears no more of it by that.
    """
    then = route_story(matches, feed, entry, policy, story=before)
    told = {it.receiver for it in then} | {receiver for receiver, _, _ in after.threads}
    now = route_story(matches, feed, entry, policy, story=after)
    return tuple(it for it in now if it.receiver not in told)


# ---------------------------------------------------------------- facts


def describe_alert(
    story: Story,
    entry: Entry,
    matches: Sequence[Match],
    decision: Decision,
    *,
    feed: Feed,
    titles: dict[str, str],
    now: datetime,
    related: Story | None = None,
    related_names: tuple[str, ...] = (),
) -> AlertFacts:
    """Freeze what a message may say: who, what, why, and who else.

    `related` is a story in another language that may be about the same event, because both name
    `related_names`.
    """
    ordered = sorted(matches, key=lambda match: (-match.severity.rank, -match.score))
    hits = [hit for match in ordered for hit in match.hits]
    outlet = outlet_of(entry, feed)
    others = tuple(report for report in story.reports if report.outlet.name != outlet.name)
    return AlertFacts(
        story_id=story.id,
        revision=story.revision,
        kind=AlertKind.UPDATE if decision.action is Action.UPDATE else AlertKind.NEW,
        reason=decision.reason,
        severity=story.severity,
        title=entry.title,
        url=entry.url,
        outlet=outlet,
        first_seen_at=story.first_seen_at,
        seen_at=now,
        published_at=entry.published_at,
        matches=tuple(_note(match, titles) for match in ordered),
        title_spans=_spans(hit for hit in hits if hit.field == "title"),
        quote=pick_quote(entry, hits),
        first_report=story.reports[0] if story.reports else None,
        also=others,
        outlet_count=len(story.outlets),
        origin=_origin_of(story, outlet, entry),
        origins=story.origins,
        is_state_only=story.is_state_only,
        related=related.reports[0] if related and related.reports else None,
        related_names=related_names,
        related_id=related.id if related and related.reports else "",
        entry_id=entry.id,
        is_late=decision.reason is Reason.LATE,
        story_title=story.title,
    )


def _origin_of(story: Story, outlet: Outlet, entry: Entry) -> str:
    reports = (it for it in story.reports if it.outlet == outlet and it.url == entry.url)
    return next((report.origin for report in reports), "")


def roll_up(
    alerts: Sequence[AlertFacts], *, cause: str, messages: int, stories: int, limit: Limit | None
) -> RollupFacts:
    """Say in one message what many would have said.

    Args:
        alerts: the latest of each story that is to be listed.
        cause: why they did not go out one by one.
        messages: how many there are, those that are not listed too.
        stories: how many stories they are about.
        limit: the limit of the receiver, where that is the cause.

    """
    ordered = sorted(alerts, key=lambda facts: (-facts.severity.rank, facts.first_seen_at))
    return RollupFacts(
        cause=cause,
        items=tuple(_rollup_item(facts) for facts in ordered),
        messages=messages,
        stories=stories,
        since_at=min(facts.seen_at for facts in alerts),
        until_at=max(facts.seen_at for facts in alerts),
        severity=ordered[0].severity,
        limit=limit,
    )


def _rollup_item(facts: AlertFacts) -> DigestItem:
    return DigestItem(
        story_id=facts.story_id,
        title=facts.title,
        url=facts.url,
        outlet=facts.outlet,
        severity=facts.severity,
        watchlists=tuple(note.title for note in facts.matches),
        first_seen_at=facts.first_seen_at,
        outlet_count=facts.outlet_count,
        was_alerted=facts.kind is AlertKind.UPDATE,
        is_late=facts.is_late,
    )


def _note(match: Match, titles: dict[str, str]) -> MatchNote:
    return MatchNote(
        watchlist=match.watchlist,
        title=titles.get(match.watchlist, match.watchlist),
        severity=match.severity,
        score=match.score,
        terms=_union((), (hit.text for hit in match.hits)),
    )


def pick_quote(entry: Entry, hits: Sequence[Hit]) -> Quote:
    """Choose the sentence of summary or content that holds most of what matched.

    The first of equals wins; the title is quoted only by its headline, so an entry without any
    other text has an empty quote, and one whose text holds no hit is quoted by its beginning.
    """
    best = Quote(text="")
    best_count = -1
    for name, text in (("summary", entry.summary), ("content", entry.content)):
        inside = [hit for hit in hits if hit.field == name]
        for start, end in sentence_spans(text):
            held = [hit for hit in inside if start <= hit.start and hit.end <= end]
            count = len({hit.text.casefold() for hit in held})
            if count > best_count:
                best, best_count = _cut_quote(text, start, end, held), count
    return best


def _cut_quote(text: str, start: int, end: int, hits: Sequence[Hit]) -> Quote:
    """Cut a long sentence to a window around its first hit."""
    if end - start > QUOTE_LENGTH:
        first = min((hit.start for hit in hits), default=start)
        start = max(start, min(first - QUOTE_LENGTH // 4, end - QUOTE_LENGTH))
        end = min(end, start + QUOTE_LENGTH)
    shifted = _spans(hit for hit in hits if start <= hit.start and hit.end <= end)
    spans = tuple((left - start, right - start) for left, right in shifted)
    return Quote(text=text[start:end], spans=spans)


def _spans(hits: Iterable[Hit]) -> tuple[tuple[int, int], ...]:
    """Merge overlapping hits into spans that can be highlighted one after the other."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted({(hit.start, hit.end) for hit in hits}):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
