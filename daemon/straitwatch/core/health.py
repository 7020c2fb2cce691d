"""Plans the notices about Straitwatch itself: when a part breaks and when it works again.

Within `REMIND_AFTER`, at most one notice says that the same part is broken. Parts that break
together share a notice: the next one on their subject waits for `GROUP_AFTER`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from shlex import quote

from straitwatch.core.diagnosis import count_failing, is_cut_off
from straitwatch.core.feed_condition import FAILED, NOT_COVERED
from straitwatch.core.feed_words import LABELS
from straitwatch.core.liveness import Fault
from straitwatch.core.model import Condition, NoticeFacts, Severity
from straitwatch.core.policy import GROUP_AFTER, REMIND_AFTER

_LISTED = 50  # names in one message; the rest is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The broken parts of Straitwatch: the reason by name."""

    receivers: Mapping[str, str] = field(default_factory=dict)
    recipients: Mapping[str, str] = field(default_factory=dict)  # that their server refuses
    feeds: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, Condition] = field(default_factory=dict)  # of these feeds
    feeds_total: int = 0
    distrusted: Mapping[str, str] = field(default_factory=dict)  # feeds with wrong validators
    dead_letters: Mapping[str, str] = field(default_factory=dict)  # by delivery id
    breaches: tuple[str, ...] = ()  # contradictions in the outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeState:
    """The notices so far on one subject: the names reported as broken, and when."""

    names: tuple[str, ...] = ()
    conditions: Mapping[str, Condition] = field(default_factory=dict)  # of feeds, as reported
    broken_at: datetime | None = None
    recovered_at: datetime | None = None
    reported_at: Mapping[str, datetime] = field(default_factory=dict)  # of feeds, lately


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
        conditions = health.conditions if subject == FEEDS else {}
        new = [name for name in broken if _is_worse(name, conditions, state)]
        new = _due_names(subject, new, state, now)
        recovered = [name for name in state.names if _is_better(name, broken, conditions, state)]
        if new:
            notices.append(_broken(subject, broken, new, health))
            state = replace(_with_reported(state, new, conditions), broken_at=now)
            state = replace(state, reported_at=_lately(state, conditions, new, now))
        if recovered and (subject in _SILENT_END or may_notify(state.recovered_at, now)):
            state = _with_recovered(state, recovered, conditions)
            if subject not in _SILENT_END:
                notices.append(_recovered(subject, recovered, broken, health))
                state = replace(state, recovered_at=now)
        after[subject] = state
    return notices, {name: state for name, state in after.items() if state != NoticeState()}


def _due_names(subject: str, new: list[str], state: NoticeState, now: datetime) -> list[str]:
    """Return the broken parts that may be reported now."""
    if subject != FEEDS:
        return new if may_notify(state.broken_at, now) else []
    if state.broken_at is not None and now - state.broken_at < GROUP_AFTER:
        return []
    return [name for name in new if may_notify(state.reported_at.get(name), now)]


def _lately(
    state: NoticeState, conditions: Mapping[str, Condition], new: list[str], now: datetime
) -> dict[str, datetime]:
    """Return when each feed was last reported, without the old times."""
    kept = {name: at for name, at in state.reported_at.items() if not may_notify(at, now)}
    return kept | {name: now for name in new if name in conditions}


def _is_worse(name: str, conditions: Mapping[str, Condition], state: NoticeState) -> bool:
    """Return True if a part was not reported yet, or a feed in a better condition."""
    if name not in state.names:
        return True
    reported = state.conditions.get(name)
    return reported is not None and _gravity(conditions[name]) > _gravity(reported)


def _is_better(
    name: str,
    broken: Mapping[str, str],
    conditions: Mapping[str, Condition],
    state: NoticeState,
) -> bool:
    """Return True if a part works again, or a feed is in a better condition than reported."""
    if name not in broken:
        return True
    reported = state.conditions.get(name)
    return reported is not None and _gravity(conditions[name]) < _gravity(reported)


def _gravity(condition: Condition) -> int:
    return (condition in NOT_COVERED) + (condition in FAILED)


def _with_reported(
    state: NoticeState, new: Iterable[str], conditions: Mapping[str, Condition]
) -> NoticeState:
    reported = {name: conditions[name] for name in new if name in conditions}
    return replace(
        state,
        names=tuple(dict.fromkeys((*state.names, *new))),
        conditions={**state.conditions, **reported},
    )


def _with_recovered(
    state: NoticeState, recovered: Collection[str], conditions: Mapping[str, Condition]
) -> NoticeState:
    names = tuple(name for name in state.names if name not in recovered or name in conditions)
    kept = {name: found for name, found in state.conditions.items() if name in names}
    better = {name: conditions[name] for name in recovered if name in conditions}
    return replace(state, names=names, conditions={**kept, **better})


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


def broken_database_notice(faults: Sequence[Fault], *, since: str) -> NoticeFacts:
    """Report a database that stays unusable."""
    return NoticeFacts(
        title="Straitwatch cannot use its database",
        lines=(
            f"Since {since}, no news is stored and no alert is sent.",
            *(f"{fault.text}; {fault.hint}" if fault.hint else fault.text for fault in faults),
        ),
        severity=Severity.HIGH,
    )


def lost_file_notice(change: str) -> NoticeFacts:
    """Report that the database was deleted or replaced under the running daemon."""
    outcome = {
        "deleted": "Straitwatch puts it back with all its data, and stops.",
        "replaced": "Straitwatch saves its data beside the new file, and stops.",
    }
    return NoticeFacts(
        title=f"The database was {change} while Straitwatch used it",
        lines=(
            outcome[change],
            "Start it again, unless your service manager does. Its log names the file.",
        ),
        severity=Severity.HIGH,
    )


FEEDS, DEAD, RECIPIENTS = "feeds", "dead letters", "recipients"
DISTRUSTED = "validators"
OUTBOX = "promises"  # the stored name
_UNREPORTED = (Condition.LATE, Condition.LYING, Condition.NEW, Condition.OK)
_SILENT_END = (DISTRUSTED, DEAD, OUTBOX, RECIPIENTS)  # no notice when these end
_RECEIVER = "receiver "


def _subjects(
    health: Health, states: Mapping[str, NoticeState]
) -> Iterator[tuple[str, Mapping[str, str]]]:
    known = [subject.removeprefix(_RECEIVER) for subject in states if subject.startswith(_RECEIVER)]
    for name in dict.fromkeys([*health.receivers, *known]):
        reason = health.receivers.get(name)
        yield _RECEIVER + name, {} if reason is None else {name: reason}
    yield RECIPIENTS, health.recipients
    yield FEEDS, health.feeds
    yield DISTRUSTED, health.distrusted
    yield DEAD, health.dead_letters
    yield OUTBOX, dict.fromkeys(health.breaches, "")


def is_reported(condition: Condition) -> bool:
    """Return True if a notice reports this condition; wrong validators have their own notice."""
    return condition not in _UNREPORTED


def may_notify(at: datetime | None, now: datetime) -> bool:
    """Return True if the last notice on a subject was sent long enough ago."""
    return at is None or now - at >= REMIND_AFTER


def _broken(subject: str, broken: Mapping[str, str], new: list[str], health: Health) -> Notice:
    lines = [_line(subject, name, broken[name]) for name in new[:_LISTED]]
    if len(new) > _LISTED:
        lines.append(f"and {len(new) - _LISTED} more")
    about = subject.removeprefix(_RECEIVER) if subject.startswith(_RECEIVER) else ""
    facts = NoticeFacts(
        title=_title(subject, broken, new, health),
        lines=(*lines, _advice(subject)),
        severity=_severity(subject, new, health),
    )
    return Notice(subject=subject, facts=facts, about=about)


def _line(subject: str, name: str, reason: str) -> str:
    if subject == DEAD:  # its name is an id, which says nothing by itself
        return f"{reason}; `straitwatch outbox show {name}`"
    return f"{name}: {reason}" if reason else name


def _title(subject: str, broken: Mapping[str, str], new: list[str], health: Health) -> str:
    match subject:
        case _ if subject == FEEDS:
            return _title_of_feeds(broken, new, health)
        case _ if subject == DISTRUSTED:
            return f"{_counted(len(new), 'feed')} had entries hidden by wrong 304 answers"
        case _ if subject == DEAD:
            return f"{_counted(len(new), 'message')} undelivered, and no longer tried"
        case _ if subject == RECIPIENTS:
            return f"{_counted(len(new), 'recipient')} refused by the mail server"
        case _ if subject == OUTBOX:
            return f"Straitwatch found {_counted(len(new), 'contradiction')} in its outbox"
        case _:
            return f"The {subject} is broken"


def _title_of_feeds(broken: Mapping[str, str], new: list[str], health: Health) -> str:
    failed = sum(condition in FAILED for condition in health.conditions.values())
    if is_cut_off(feeds=health.feeds_total, failed=failed):
        failing = count_failing(feeds=health.feeds_total, failed=failed)
        return f"{failing[0].upper()}{failing[1:]}: check this machine's network"
    labels = Counter(_label(health.conditions[name]) for name in new)
    more = f", {len(broken)} in all" if len(broken) > len(new) else ""
    if len(labels) == 1:
        claim = _claim(next(iter(labels)), is_one=len(new) == 1)
        return f"{_counted(len(new), 'feed')} {claim}{more}"
    counts = ", ".join(f"{number} {label}" for label, number in labels.items())
    return f"{len(new)} feeds need a look: {counts}{more}"


def _claim(label: str, *, is_one: bool) -> str:
    """Return the words for feeds in one condition: "are frozen"."""
    if label == LABELS[Condition.MOVED]:
        return "has moved" if is_one else "have moved"
    if label == LABELS[Condition.ERROR_ITEMS]:
        return "lists an error" if is_one else "list errors"
    return f"is {label}" if is_one else f"are {label}"


def _label(condition: Condition) -> str:
    return "failing" if condition in FAILED else LABELS[condition]


def _severity(subject: str, new: Iterable[str], health: Health) -> Severity:
    """Return the severity of a notice: normal if all its feeds are still covered."""
    is_minor = subject == FEEDS and not any(health.conditions[name] in NOT_COVERED for name in new)
    return Severity.NORMAL if is_minor else Severity.HIGH


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
        case _ if subject == RECIPIENTS:
            return "Their messages go to the fallback of their receiver, or are dead letters."
        case _ if subject == OUTBOX:
            return (
                "An alert may be lost. "
                "Please report this bug with the output of `straitwatch doctor`."
            )
        case _:
            name = quote(subject.removeprefix(_RECEIVER))
            return (
                "Its messages go to its fallback, or wait. "
                f"Test it after the repair: `straitwatch receivers test {name}`."
            )


def _recovered(
    subject: str, recovered: list[str], broken: Mapping[str, str], health: Health
) -> Notice:
    if subject.startswith(_RECEIVER):
        return Notice(subject=subject, facts=NoticeFacts(title=f"The {subject} works again"))
    verb = "works" if len(recovered) == 1 else "work"
    still = sum(condition in FAILED for condition in health.conditions.values())
    left = Counter(LABELS[health.conditions[name]] for name in recovered if name in broken)
    but = ", ".join(f"{n} {_claim(label, is_one=n == 1)}" for label, n in left.items())
    more = (f", but {but}" if but else "") + (f", {still} still failing" if still else "")
    lines = (f"{name}: {broken[name]}" if name in broken else name for name in recovered[:_LISTED])
    return Notice(
        subject=subject,
        facts=NoticeFacts(
            title=f"{_counted(len(recovered), 'feed')} {verb} again{more}", lines=tuple(lines)
        ),
    )


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}" + ("" if number == 1 else "s")
