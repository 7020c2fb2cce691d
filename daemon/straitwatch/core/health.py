"""Stage: what people must be told about Straitwatch itself, and how often.

In: what is broken now, what was told, `now`. Out: what to tell, and what has been told then. A
condition is told when it begins and when it ends, either at most every six hours.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from shlex import quote

from straitwatch.core.model import NoticeFacts, Severity
from straitwatch.core.policy import REMIND_AFTER

_LISTED = 50  # names in one message; the rest is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is broken now: names, and why."""

    receivers: Mapping[str, str] = field(default_factory=dict)
    feeds: Mapping[str, str] = field(default_factory=dict)
    feeds_total: int = 0
    dead_letters: Mapping[str, str] = field(default_factory=dict)  # delivery, what it was about
    breaches: tuple[str, ...] = ()  # what the outbox promises and does not keep


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeState:
    """What was told of one subject: which names are known to be broken, and when."""

    names: tuple[str, ...] = ()
    broken_at: datetime | None = None
    recovered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message about Straitwatch itself; it does not go through what it is about."""

    subject: str
    facts: NoticeFacts
    about: str = ""  # the receiver that is broken


def plan_notices(
    health: Health, told: Mapping[str, NoticeState], *, now: datetime
) -> tuple[list[Notice], dict[str, NoticeState]]:
    """Say what is to be told now, and what has been told after that.

    Each receiver is a subject of its own; feeds are told together, and so are dead letters.
    """
    after = dict(told)
    notices: list[Notice] = []
    for subject, broken in _subjects(health, told):
        before = told.get(subject, NoticeState())
        new = [name for name in broken if name not in before.names]
        gone = [name for name in before.names if name not in broken]
        if new and may_notify(before.broken_at, now):
            notices.append(_broken(subject, broken, new, health))
            before = replace(before, names=(*before.names, *new), broken_at=now)
        if gone and (subject in _SILENT_END or may_notify(before.recovered_at, now)):
            names = tuple(name for name in before.names if name not in gone)
            before = replace(before, names=names)
            if subject not in _SILENT_END:
                notices.append(_recovered(subject, gone, still=len(broken)))
                before = replace(before, recovered_at=now)
        after[subject] = before
    return notices, {subject: it for subject, it in after.items() if it != NoticeState()}


def first_fetch_notice(held: Mapping[str, int]) -> NoticeFacts:
    """Say how many matched entries of which feeds were recorded without an alert."""
    most = sorted(held, key=lambda name: (-held[name], name))
    lines = [f"{name}: {_counted(held[name], 'report')}" for name in most[:_LISTED]]
    if len(most) > _LISTED:
        lines.append(f"and {_counted(len(most) - _LISTED, 'feed')} more")
    command = f"straitwatch feeds release {quote(most[0])} --first-sight"
    total = _counted(sum(held.values()), "report")
    return NoticeFacts(
        title=f"{total} of {_counted(len(held), 'feed')} sent no alert",
        lines=(
            "They matched, and were in the feeds before the feeds were watched.",
            *lines,
            f"To alert on those of a feed: {command}",
        ),
    )


FEEDS, DEAD, PROMISES = "feeds", "dead letters", "promises"
_SILENT_END = (DEAD, PROMISES)  # nobody waits to hear that these are gone
_RECEIVER = "receiver "


def _subjects(
    health: Health, told: Mapping[str, NoticeState]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    known = [subject.removeprefix(_RECEIVER) for subject in told if subject.startswith(_RECEIVER)]
    for name in dict.fromkeys([*health.receivers, *known]):
        why = health.receivers.get(name)
        yield _RECEIVER + name, {} if why is None else {name: why}
    yield FEEDS, health.feeds
    yield DEAD, health.dead_letters
    yield PROMISES, dict.fromkeys(health.breaches, "")


def may_notify(at: datetime | None, now: datetime) -> bool:
    """Return True if the last notice on a subject was sent long enough ago."""
    return at is None or now - at >= REMIND_AFTER


def _broken(subject: str, broken: Mapping[str, str], new: list[str], health: Health) -> Notice:
    lines = [f"{name}: {broken[name]}" if broken[name] else name for name in new[:_LISTED]]
    if len(new) > _LISTED:
        lines.append(f"and {len(new) - _LISTED} more")
    about = subject.removeprefix(_RECEIVER) if subject.startswith(_RECEIVER) else ""
    facts = NoticeFacts(
        title=_title(subject, broken, new, health),
        lines=(*lines, _ADVICE.get(subject, "See `straitwatch status`.")),
        severity=Severity.HIGH,
    )
    return Notice(subject=subject, facts=facts, about=about)


def _title(subject: str, broken: Mapping[str, str], new: list[str], health: Health) -> str:
    match subject:
        case _ if subject == FEEDS and 1 < health.feeds_total <= len(broken):
            return f"No feed can be read ({len(broken)}): is this machine cut off?"
        case _ if subject == FEEDS:
            more = f", {len(broken)} in all" if len(broken) > len(new) else ""
            return f"{_counted(len(new), 'feed')} cannot be read{more}"
        case _ if subject == DEAD:
            return f"{_counted(len(new), 'message')} could not be delivered"
        case _ if subject == PROMISES:
            return f"The outbox breaks {_counted(len(new), 'promise')}"
        case _:
            return f"The {subject} is broken"


_ADVICE = {
    FEEDS: "See `straitwatch feeds health`.",
    DEAD: "See `straitwatch outbox list --state dead`; `straitwatch outbox retry` tries again.",
    PROMISES: "See `straitwatch doctor`; please report it.",
}


def _recovered(subject: str, gone: list[str], *, still: int) -> Notice:
    if subject.startswith(_RECEIVER):
        return Notice(subject=subject, facts=NoticeFacts(title=f"The {subject} works again"))
    more = f", {still} still cannot" if still else ""
    return Notice(
        subject=subject,
        facts=NoticeFacts(
            title=f"{_counted(len(gone), 'feed')} can be read again{more}",
            lines=tuple(gone[:_LISTED]),
        ),
    )


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")
