"""Plans the notices about Straitwatch itself: when a part breaks and when it works again.

Within `REMIND_AFTER`, there is at most one notice of each kind on a subject.
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
    """The broken parts of Straitwatch: the reason by name."""

    receivers: Mapping[str, str] = field(default_factory=dict)
    feeds: Mapping[str, str] = field(default_factory=dict)
    feeds_total: int = 0
    distrusted: Mapping[str, str] = field(default_factory=dict)  # feeds with wrong validators
    dead_letters: Mapping[str, str] = field(default_factory=dict)  # by delivery id
    breaches: tuple[str, ...] = ()  # contradictions in the outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeState:
    """The notices so far on one subject: the names reported as broken, and when."""

    names: tuple[str, ...] = ()
    broken_at: datetime | None = None
    recovered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message about Straitwatch itself."""

    subject: str
    facts: NoticeFacts
    about: str = ""  # the broken receiver, which must not carry this notice


def plan_notices(
    health: Health, states: Mapping[str, NoticeState], *, now: datetime
) -> tuple[list[Notice], dict[str, NoticeState]]:
    """Return the notices that are due, and the states after they are sent.

    Each receiver has notices of its own. One notice lists all failing feeds, one all feeds with
    wrong validators, and one all dead letters.
    """
    after = dict(states)
    notices: list[Notice] = []
    for subject, broken in _subjects(health, states):
        state = states.get(subject, NoticeState())
        new = [name for name in broken if name not in state.names]
        recovered = [name for name in state.names if name not in broken]
        if new and may_notify(state.broken_at, now):
            notices.append(_broken(subject, broken, new, health))
            state = replace(state, names=(*state.names, *new), broken_at=now)
        if recovered and (subject in _SILENT_END or may_notify(state.recovered_at, now)):
            names = tuple(name for name in state.names if name not in recovered)
            state = replace(state, names=names)
            if subject not in _SILENT_END:
                notices.append(_recovered(subject, recovered, still=len(broken)))
                state = replace(state, recovered_at=now)
        after[subject] = state
    return notices, {name: state for name, state in after.items() if state != NoticeState()}


def first_fetch_notice(held: Mapping[str, int]) -> NoticeFacts:
    """Report the matched entries that were recorded without an alert, as a count by feed."""
    feeds = sorted(held, key=lambda name: (-held[name], name))
    lines = [f"{name}: {_counted(held[name], 'report')}" for name in feeds[:_LISTED]]
    if len(feeds) > _LISTED:
        lines.append(f"and {_counted(len(feeds) - _LISTED, 'feed')} more")
    command = f"straitwatch feeds release {quote(feeds[0])} --first-fetch"
    total = _counted(sum(held.values()), "report")
    return NoticeFacts(
        title=f"{total} from {_counted(len(held), 'feed')} recorded without an alert",
        lines=(
            "They match, but were already in the feed when Straitwatch first fetched it.",
            *lines,
            f"To alert on the reports of a feed, for example: {command}",
        ),
    )


FEEDS, DEAD = "feeds", "dead letters"
DISTRUSTED = "validators"
OUTBOX = "promises"  # the stored name
_SILENT_END = (DISTRUSTED, DEAD, OUTBOX)  # no notice when these end
_RECEIVER = "receiver "


def _subjects(
    health: Health, states: Mapping[str, NoticeState]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    known = [subject.removeprefix(_RECEIVER) for subject in states if subject.startswith(_RECEIVER)]
    for name in dict.fromkeys([*health.receivers, *known]):
        reason = health.receivers.get(name)
        yield _RECEIVER + name, {} if reason is None else {name: reason}
    yield FEEDS, health.feeds
    yield DISTRUSTED, health.distrusted
    yield DEAD, health.dead_letters
    yield OUTBOX, dict.fromkeys(health.breaches, "")


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
        lines=(*lines, _advice(subject)),
        severity=Severity.HIGH,
    )
    return Notice(subject=subject, facts=facts, about=about)


def _title(subject: str, broken: Mapping[str, str], new: list[str], health: Health) -> str:
    match subject:
        case _ if subject == FEEDS and 1 < health.feeds_total <= len(broken):
            return f"All {len(broken)} feeds are failing: check this machine's network"
        case _ if subject == FEEDS:
            verb = "is" if len(new) == 1 else "are"
            more = f", {len(broken)} in all" if len(broken) > len(new) else ""
            return f"{_counted(len(new), 'feed')} {verb} failing{more}"
        case _ if subject == DISTRUSTED:
            return f"{_counted(len(new), 'feed')} had entries hidden by wrong 304 answers"
        case _ if subject == DEAD:
            return f"{_counted(len(new), 'message')} undelivered, and no longer tried"
        case _ if subject == OUTBOX:
            return f"Straitwatch found {_counted(len(new), 'contradiction')} in its outbox"
        case _:
            return f"The {subject} is broken"


def _advice(subject: str) -> str:
    match subject:
        case _ if subject == FEEDS:
            return "See `straitwatch feeds health`."
        case _ if subject == DISTRUSTED:
            return "Straitwatch has read the hidden entries. See `straitwatch feeds health`."
        case _ if subject == DEAD:
            return (
                "List them: `straitwatch outbox list --state dead`. "
                "Resend one: `straitwatch outbox retry ID`."
            )
        case _ if subject == OUTBOX:
            return (
                "An alert may be lost. "
                "Please report this bug with the output of `straitwatch doctor`."
            )
        case _:
            name = quote(subject.removeprefix(_RECEIVER))
            return f"Its messages wait. Test it: `straitwatch receivers test {name}`."


def _recovered(subject: str, recovered: list[str], *, still: int) -> Notice:
    if subject.startswith(_RECEIVER):
        return Notice(subject=subject, facts=NoticeFacts(title=f"The {subject} works again"))
    verb = "works" if len(recovered) == 1 else "work"
    more = f", {still} still failing" if still else ""
    return Notice(
        subject=subject,
        facts=NoticeFacts(
            title=f"{_counted(len(recovered), 'feed')} {verb} again{more}",
            lines=tuple(recovered[:_LISTED]),
        ),
    )


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")
