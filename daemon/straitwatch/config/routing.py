"""Builds one `AlertPolicy` from routes, people, fallbacks, quiet hours, silences and digests."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from straitwatch.config.document import Document, KeyPath
from straitwatch.config.rules import RuleFiles, story_filter
from straitwatch.config.schemas import RouteMatchSchema, RouteMatchWithStorySchema, SettingsSchema
from straitwatch.config.suggestions import nearest_or_all
from straitwatch.core.model import (
    AlertPolicy,
    Canary,
    DigestPlan,
    EntryKind,
    Person,
    Problem,
    QuietHours,
    Receiver,
    Route,
    Severity,
    Silence,
)

TERMINAL = "terminal"


@dataclass(slots=True)
class Routing:
    """Reads the settings that decide where a message goes, and collects their problems."""

    document: Document
    settings: SettingsSchema
    receivers: Mapping[str, Receiver]
    rules: RuleFiles
    problems: list[Problem] = field(default_factory=list)
    falls_back_to_terminal: bool = False  # no route has a usable receiver

    def policy(self) -> AlertPolicy:
        """Return the alert policy, and collect unknown names, loops and useless routes."""
        self._check_references()
        self._check_people()
        self._check_fallbacks()
        self._check_routes_reach()
        policy = AlertPolicy(
            routes=tuple(self._routes()),
            quiet_hours=tuple(self._quiet_hours()),
            digests=tuple(self._digests()),
            silences=tuple(self._silences()),
            people=self._people(),
            max_age=self.settings.polling.max_age,
            backfill=self.settings.polling.backfill,
            update_wait=self.settings.stories.update_wait,
            languages=self.settings.languages,
            timezone=self.settings.timezone,
        )
        to_system = self._usable_receivers(self.settings.system.send)
        effective = _with_terminal_fallback(policy, self.receivers, to_system)
        self.falls_back_to_terminal = effective.routes != policy.routes and all(
            route.send in ((), (TERMINAL,)) for route in effective.routes
        )
        return effective

    def system_send(self) -> tuple[str, ...]:
        """Return the receivers of messages about Straitwatch itself: the terminal at worst."""
        names = self._usable_receivers(self.settings.system.send)
        known = [self.receivers[name] for name in names if name in self.receivers]
        usable = tuple(receiver.name for receiver in known if not receiver.broken_because)
        return usable or ((TERMINAL,) if known else ())

    def canary(self) -> Canary | None:
        """Return the canary, if one is configured."""
        shape = self.settings.canary
        if shape is None:
            return None
        if shape.ping and not shape.ping.startswith(("http://", "https://")):
            self._problem(("canary", "ping"), "not a web address", "https://host/path")
        return Canary(every=shape.every, send=self._usable_receivers(shape.send), ping=shape.ping)

    def _routes(self) -> Iterable[Route]:
        for at, shape in enumerate(self.settings.routes):
            yield Route(
                name=shape.name or f"route-{at + 1}",
                **_filters(shape.match),
                kinds=tuple(EntryKind(kind) for kind in shape.match.kinds),
                story=story_filter(shape.match),
                send=self._usable_receivers(shape.send),
                continues=shape.continue_,
                group_wait=shape.group_wait,
                quiet_hours=shape.quiet_hours,
                updates=shape.updates,
                position=self.document.position(("routes", at)),
            )

    def _quiet_hours(self) -> Iterable[QuietHours]:
        for name, shape in self.settings.quiet_hours.items():
            yield QuietHours(
                name=name,
                days=shape.days,
                starts=shape.from_,
                ends=shape.to,
                timezone=shape.timezone or self.settings.timezone,
                hold=tuple(Severity(level) for level in shape.hold),
            )

    def _digests(self) -> Iterable[DigestPlan]:
        for shape in self.settings.digests:
            yield DigestPlan(
                name=shape.name,
                at=shape.at,
                timezone=shape.timezone or self.settings.timezone,
                days=shape.days,
                send=self._usable_receivers(shape.send),
                include=() if isinstance(shape.include, str) else shape.include,
            )

    def _silences(self) -> Iterable[Silence]:
        for at, shape in enumerate(self.settings.silences):
            try:
                until = datetime.fromisoformat(shape.until)
            except ValueError:
                path = ("silences", at, "until")
                self._problem(path, f"not a date: {shape.until}", "such as 2030-01-31")
                continue
            zone = ZoneInfo(self.settings.timezone)
            yield Silence(
                **_filters(shape.match),
                until_at=(until if until.tzinfo else until.replace(tzinfo=zone)).astimezone(UTC),
                author=shape.author,
                reason=shape.reason,
            )

    # ------------------------------------------------------------ people

    def _people(self) -> tuple[Person, ...]:
        return tuple(
            Person(name=name, receivers=tuple(dict.fromkeys(receivers)))
            for name, receivers in self.settings.people.items()
        )

    def _usable_receivers(self, names: Sequence[str]) -> tuple[str, ...]:
        """Replace each person by their first usable receiver."""
        return tuple(dict.fromkeys(self._usable_receiver(name) for name in names))

    def _usable_receiver(self, name: str) -> str:
        own = [
            receiver
            for receiver in self.settings.people.get(name, ())
            if receiver in self.receivers
        ]
        usable = [receiver for receiver in own if not self.receivers[receiver].broken_because]
        return (usable or own or [name])[0]

    def _check_people(self) -> None:
        owners: dict[str, str] = {}
        for name, receivers in self.settings.people.items():
            path: KeyPath = ("people", name)
            if name in self.receivers:
                message = f"{name} is a person and a receiver"
                self._problem(path, message, "rename one of them", of_key=True)
            if not receivers:
                message = f"{name} has no receiver"
                self._problem(path, message, f"{name}: [a-receiver, another]", of_key=True)
            self._known(path, receivers, self.receivers, "receiver")
            for at, receiver in enumerate(receivers):
                if receiver in receivers[:at]:
                    message = f"{name} has {receiver} twice"
                    self._problem((*path, at), message, "name each receiver once")
                owner = owners.setdefault(receiver, name)
                if owner != name:
                    message = f"{receiver} already belongs to {owner}: a receiver has one person"
                    self._problem((*path, at), message, "leave a shared channel out of people")

    # ------------------------------------------------------------ references between keys

    def _check_references(self) -> None:
        settings = self.settings
        places = [*self.receivers, *settings.people]
        lists = [watchlist.id for watchlist in self.rules.watchlists]
        rules_are_whole = all(problem.is_warning for problem in self.rules.problems)
        for at, route in enumerate(settings.routes):
            self._known(("routes", at, "send"), route.send, places, "receiver")
            if rules_are_whole:
                path: KeyPath = ("routes", at, "match", "watchlists")
                self._known(path, route.match.watchlists, lists, "watch-list")
            if route.quiet_hours and route.quiet_hours not in settings.quiet_hours:
                path = ("routes", at, "quiet_hours")
                self._unknown(path, route.quiet_hours, settings.quiet_hours, "quiet hours")
        for at, digest in enumerate(settings.digests):
            self._known(("digests", at, "send"), digest.send, places, "receiver")
            if rules_are_whole and not isinstance(digest.include, str):
                self._known(("digests", at, "include"), digest.include, lists, "watch-list")
        for at, silence in enumerate(settings.silences):
            if rules_are_whole:
                path = ("silences", at, "match", "watchlists")
                self._known(path, silence.match.watchlists, lists, "watch-list")
        self._known(("system", "send"), settings.system.send, places, "receiver")
        if settings.canary:
            self._known(("canary", "send"), settings.canary.send, places, "receiver")

    def _check_fallbacks(self) -> None:
        following = fallbacks(self.settings)
        for name, shape in self.settings.receivers.items():
            path: KeyPath = ("receivers", name, "fallback")
            fallback = shape.fallback
            if fallback and fallback not in self.receivers:
                self._unknown(path, fallback, self.receivers, "receiver")
            elif fallback and _is_in_loop(name, following):
                message = f"the fallbacks of {name} lead back to it"
                self._problem(path, message, "leave one of them without a fallback")

    def _check_routes_reach(self) -> None:
        routes = self.settings.routes
        if not routes:
            return
        if not routes[-1].send and not self.settings.digests:
            self._problem(
                ("routes", len(routes) - 1),
                "the last route has no receiver, and there is no digest: its matches would be lost",
                "add `send: [terminal]`, or a digest",
            )
        catch_all = _first_catch_all(self.settings)
        if catch_all is None:
            self._check_every_list_has_a_route()
            return
        taken = set(routes[catch_all].match.kinds)
        for at in range(catch_all + 1, len(routes)):
            if not taken.issuperset(routes[at].match.kinds):
                continue
            message = "this route is never used: a route above it takes everything"
            hint = "move it up, or add `continue: true` above"
            self._problem(("routes", at), message, hint, of_key=True, is_warning=True)

    def _check_every_list_has_a_route(self) -> None:
        routes = self.settings.routes
        named = {name for route in routes for name in route.match.watchlists}
        if any(not route.match.watchlists for route in routes):
            return
        for watchlist in self.rules.watchlists:
            if watchlist.id not in named:
                message = f"no route takes the watch-list {watchlist.id}: it would send no alert"
                hint = (
                    "name it in a route, or end the routes with `- {match: {}, send: [terminal]}`"
                )
                self.problems.append(
                    Problem(position=watchlist.position, message=message, hint=hint)
                )

    def _known(self, path: KeyPath, names: Sequence[str], known: Iterable[str], what: str) -> None:
        for at, name in enumerate(names):
            if name not in known:
                self._unknown((*path, at), name, known, what)

    def _unknown(self, path: KeyPath, name: str, known: Iterable[str], what: str) -> None:
        self.problems.append(unknown(self.document, path, name, known, what))

    def _problem(
        self,
        path: KeyPath,
        message: str,
        hint: str,
        *,
        of_key: bool = False,
        is_warning: bool = False,
    ) -> None:
        self.problems.append(
            self.document.problem(path, message, hint, of_key=of_key, is_warning=is_warning)
        )


def unknown(
    document: Document, path: KeyPath, name: str, known: Iterable[str], what: str
) -> Problem:
    """Build the problem of an unknown name, with the nearest known name as a hint."""
    plural = what if what.endswith("s") else f"{what}s"
    hint = nearest_or_all(name, known, what=plural)
    return document.problem(path, f"unknown {what}: {name}", hint)


def fallbacks(settings: SettingsSchema) -> dict[str, str]:
    """Return the fallback of each receiver that has one.

    Each receiver of a person falls back to the person's next one. A receiver's own `fallback` wins.
    """
    found: dict[str, str] = {}
    for receivers in settings.people.values():
        found |= itertools.pairwise(receivers)
    own = {name: shape.fallback for name, shape in settings.receivers.items() if shape.fallback}
    return found | own


def _filters(match: RouteMatchSchema) -> dict[str, Any]:
    return {
        "watchlists": match.watchlists,
        "severities": tuple(Severity(level) for level in match.severity),
        "tags": match.tags,
        "stances": match.stances,
        "languages": match.languages,
    }


def _is_in_loop(name: str, following: Mapping[str, str]) -> bool:
    """Return True if a receiver's fallbacks form a loop."""
    seen = {name}
    while name := following.get(name, ""):
        if name in seen:
            return True
        seen.add(name)
    return False


def _first_catch_all(settings: SettingsSchema) -> int | None:
    """Return the first route that takes all news, perhaps other kinds of entries too."""
    for at, route in enumerate(settings.routes):
        takes_all = route.match == RouteMatchWithStorySchema(kinds=route.match.kinds)
        if takes_all and "news" in route.match.kinds and not route.continue_:
            return at
    return None


def _with_terminal_fallback(
    policy: AlertPolicy, receivers: Mapping[str, Receiver], system_send: Sequence[str]
) -> AlertPolicy:
    """Send alerts to the terminal if no receiver is usable, so that a first run shows alerts.

    No message then waits for the unusable receivers, and quiet hours do not apply. Digests go to
    the terminal only if neither they nor system messages have a usable receiver; else they wait.
    """

    def none_can_be_used(*names: str) -> bool:
        return bool(names) and all(
            name in receivers and receivers[name].broken_because for name in names
        )

    routes, digests = policy.routes, policy.digests
    to_routes = [name for route in routes for name in route.send]
    to_digests = [name for digest in digests for name in digest.send]
    if not routes:
        written = [name for name in receivers if not receivers[name].broken_because]
        others = [name for name in written if name != TERMINAL]
        routes = (Route(name="everything", send=tuple(others or written)),)
    elif none_can_be_used(*to_routes):
        routes = tuple(
            replace(route, send=(TERMINAL,), quiet_hours="") if route.send else route
            for route in routes
        )
    if none_can_be_used(*to_routes, *to_digests, *system_send):
        digests = tuple(
            replace(digest, send=(TERMINAL,)) if digest.send else digest for digest in digests
        )
    return replace(policy, routes=routes, digests=digests)
