"""Decides who gets a report: follows its routes to receivers, and applies silences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from straitwatch.core.model import (
    ANY_STORY,
    AlertPolicy,
    Destination,
    Match,
    Report,
    Route,
    Severity,
    Silence,
    Story,
)
from straitwatch.core.story import highest, story_misfit, union


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteStep:
    """One route that a match was compared with: `routes test` prints these."""

    route: Route
    fits: bool
    because: str  # the condition that fails; "" if the route applies


def walk_routes(
    match: Match, report: Report, routes: Sequence[Route], *, story: Story | None = None
) -> list[RouteStep]:
    """Compare a match with the routes in order, up to the first that fits and does not continue.

    Without a story, the report counts as its first.
    """
    steps: list[RouteStep] = []
    for route in routes:
        because = (
            _misfit(route, match, report)
            or route.kind_misfit(report.kind.kind)
            or story_misfit(route.story, story, report.feed)
        )
        steps.append(RouteStep(route=route, fits=not because, because=because))
        if not because and not route.continues:
            break
    return steps


def silence_of(
    match: Match, report: Report, silences: Iterable[Silence], *, story_id: str = ""
) -> Silence | None:
    """Return the first silence that suppresses the match in its story, if there is one."""
    now = report.seen_at
    for silence in silences:
        is_on = (silence.starts_at or now) <= now < silence.until_at
        is_spared = match.severity is Severity.CRITICAL and not silence.severities
        is_elsewhere = silence.stories and story_id not in silence.stories
        if is_on and not is_spared and not is_elsewhere and not _misfit(silence, match, report):
            return silence
    return None


def route_story(
    matches: Sequence[Match], report: Report, policy: AlertPolicy, *, story: Story | None = None
) -> tuple[Destination, ...]:
    """Merge the routes of all matches into one destination for each receiver and person.

    A person with several of these receivers gets the story where it already has a thread, or else
    at the first one in the person's own order.
    """
    found: dict[str, list[tuple[Route, Match]]] = {}
    for match in matches:
        for step in walk_routes(match, report, policy.routes, story=story):
            if step.fits:
                for receiver in step.route.send:
                    found.setdefault(receiver, []).append((step.route, match))
    begun = {receiver for receiver, _, _ in story.threads} if story else set()
    for person in policy.people:
        reached = [receiver for receiver in person.receivers if receiver in found]
        if reached:
            place = next((name for name in person.receivers if name in begun), reached[0])
            found[place] = [way for receiver in reached for way in found.pop(receiver)]
    return tuple(_destination(receiver, ways) for receiver, ways in found.items())


def newly_reached(
    matches: Sequence[Match], report: Report, policy: AlertPolicy, *, before: Story, after: Story
) -> tuple[Destination, ...]:
    """Return the receivers that a change of the story adds, without those that already got it."""
    if all(route.story == ANY_STORY for route in policy.routes):
        return ()  # no route depends on the story
    then = route_story(matches, report, policy, story=before)
    reached = {destination.receiver for destination in then}
    reached |= {receiver for receiver, _, _ in after.threads}
    now = route_story(matches, report, policy, story=after)
    return tuple(destination for destination in now if destination.receiver not in reached)


def _destination(receiver: str, ways: Sequence[tuple[Route, Match]]) -> Destination:
    return Destination(
        receiver=receiver,
        routes=tuple(dict.fromkeys(route for route, _ in ways)),
        watchlists=union((), (match.watchlist for _, match in ways)),
        severity=highest(match.severity for _, match in ways),
    )


def _misfit(route: Route | Silence, match: Match, report: Report) -> str:
    feed = report.feed
    language = report.entry.language or feed.language
    if route.watchlists and match.watchlist not in route.watchlists:
        return f"wants watch-list {' or '.join(route.watchlists)}"
    if route.severities and match.severity not in route.severities:
        return f"wants severity {' or '.join(route.severities)}, this is {match.severity}"
    if route.tags and not set(route.tags) & set(feed.tags):
        return f"wants feed tag {' or '.join(route.tags)}"
    if route.stances and feed.stance not in route.stances:
        return f"wants stance {' or '.join(route.stances)}"
    if route.languages and not any(_is_in_language(language, wanted) for wanted in route.languages):
        return f"wants language {' or '.join(route.languages)}"
    return ""


def _is_in_language(language: str, wanted: str) -> bool:
    """Return True if a language tag is a wanted one or a variant of it, as zh-Hant is of zh."""
    return language.lower() == wanted.lower() or language.lower().startswith(wanted.lower() + "-")
