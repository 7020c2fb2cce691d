"""Lists the reasons why Straitwatch does not do its job now, once for every health check."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from straitwatch.core.plural import counted
from straitwatch.core.policy import (
    CANARY_WRITTEN_WITHIN,
    LATE_AFTER,
    MESSAGE_OVERDUE_AFTER,
    SEEN_WITHIN,
    SILENT_AFTER,
)

PAGE_HINT = "set `web.listen` in straitwatch.yaml, or stop the other program"
_START = "start it with `straitwatch run`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A reason why Straitwatch does not do its job now."""

    text: str
    hint: str = ""
    needs_restart: bool = False  # the daemon cannot recover by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The work of one process on a database: a daemon, or a `run --once`."""

    started_at: datetime
    seen_at: datetime  # it last wrote that it works
    ended_at: datetime | None = None  # set if it stopped by itself
    is_once: bool = False
    damage: str = ""  # of the database, as this process found it
    page_problem: str = ""  # set if this process does not serve the page

    @property
    def last_at(self) -> datetime:
        """The last time at which the process worked."""
        return self.ended_at or self.seen_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Liveness:
    """Facts that show whether feeds are polled and messages are sent."""

    feeds: int = 0
    feeds_current: int = 0  # those that are not broken
    polls_overdue: int = 0  # feeds `LATE_AFTER` past their due time, for no good reason
    oldest_poll_due_at: datetime | None = None  # of these
    oldest_due_at: datetime | None = None  # of the pending messages that are due
    canary_at: datetime | None = None  # creation of the oldest canary that has not arrived
    canary_every: timedelta | None = None  # None: no canary is configured
    canary_started_at: datetime | None = None
    canary_written_at: datetime | None = None  # equal to the start once its message is written
    runs: tuple[Run, ...] = ()

    @property
    def last_daemon(self) -> Run | None:
        """The daemon that worked last."""
        daemons = (run for run in self.runs if not run.is_once)
        return max(daemons, key=lambda run: run.last_at, default=None)

    @property
    def last_once(self) -> Run | None:
        """The last `run --once`."""
        once = (run for run in self.runs if run.is_once)
        return max(once, key=lambda run: run.last_at, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseState:
    """Facts about a database that a process knows without asking it."""

    change: str = ""  # `deleted` or `replaced`, if the file in use lost its name
    damage: str = ""
    failure: str = ""  # the error of the last write, if it is recent
    has_writer: bool = True  # False: the thread that writes has ended
    is_locked: bool | None = None  # True while a daemon uses an SQLite file; None: not known


UNKNOWN = DatabaseState()


def list_faults(
    liveness: Liveness,
    *,
    now: datetime,
    database: DatabaseState = UNKNOWN,
    zone: tzinfo = UTC,
) -> tuple[Fault, ...]:
    """Return everything that keeps Straitwatch from its job, the worst first.

    Args:
        liveness: the facts that the database holds.
        now: the current time.
        database: the facts about the database itself.
        zone: the zone of the times in the texts.
    """
    damages = (run.damage for run in _working(liveness.runs, now))
    database = replace(database, damage=database.damage or next(filter(None, damages), ""))
    found = [*database_faults(database), *_run_faults(liveness, database, now, zone)]
    if not found and _is_at_work(liveness, database, now):  # else late work is a consequence
        found += [*_poll_faults(liveness, now, zone), *_message_faults(liveness, now, zone)]
    return tuple(found)


def describe_runs(liveness: Liveness, zone: tzinfo) -> str:
    """Describe the daemon, or the last `run --once` if it worked after every daemon."""
    daemon, once = liveness.last_daemon, liveness.last_once
    if once and (daemon is None or once.last_at > daemon.last_at):
        return f"last run {_local(once.last_at, zone)}"
    return f"running since {_local(daemon.started_at, zone)}" if daemon else "never run"


def describe_pages(liveness: Liveness, now: datetime) -> Iterator[str]:
    """Describe the page of each working daemon that does not serve it."""
    for problem in dict.fromkeys(run.page_problem for run in _working(liveness.runs, now)):
        if problem:
            yield f"the page is not served on {problem}; {PAGE_HINT}"


def database_faults(database: DatabaseState) -> Iterator[Fault]:
    """Yield the faults of the database itself."""
    if database.change:
        text = f"the database was {database.change} while in use"
        yield Fault(text=text, hint="the daemon saves its data and stops", needs_restart=True)
    if database.damage:
        hint = "restore a backup; see `straitwatch db check`"
        yield Fault(text=f"damaged database: {database.damage}", hint=hint, needs_restart=True)
    if not database.has_writer:
        yield Fault(text="the thread that writes to the database ended", needs_restart=True)
    if database.failure:
        text, _, hint = database.failure.partition("\nhint: ")
        yield Fault(text=text, hint=hint)


# ---------------------------------------------------------------- the process


def _is_at_work(liveness: Liveness, database: DatabaseState, now: datetime) -> bool:
    return database.is_locked is not False and bool(_working(liveness.runs, now))


def _working(runs: Iterable[Run], now: datetime) -> list[Run]:
    return [run for run in _daemons(runs) if not run.ended_at and now - run.seen_at <= SEEN_WITHIN]


def _daemons(runs: Iterable[Run]) -> Iterator[Run]:
    return (run for run in runs if not run.is_once)


def _run_faults(
    liveness: Liveness, database: DatabaseState, now: datetime, zone: tzinfo
) -> Iterator[Fault]:
    """Yield a fault if nothing works; a timer that starts `run --once` is as good as a daemon."""
    if _is_at_work(liveness, database, now):
        return
    daemon, once = liveness.last_daemon, liveness.last_once
    if database.is_locked and daemon and not daemon.ended_at:
        since = f"nothing is written to the database since {_local(daemon.seen_at, zone)}"
        yield Fault(
            text=since,
            hint="the daemon's log names the reason",
            needs_restart=not database.failure,
        )
    elif once and (daemon is None or once.last_at > daemon.last_at):
        if now - once.last_at >= SILENT_AFTER:
            text = f"the last run was on {_local(once.last_at, zone)}"
            yield Fault(text=text, hint="see the timer that starts `straitwatch run --once`")
    elif daemon:
        yield Fault(text=f"not running since {_local(daemon.last_at, zone)}", hint=_START)
    else:
        yield Fault(text="not running yet", hint=_START)


# ---------------------------------------------------------------- its work


def _poll_faults(liveness: Liveness, now: datetime, zone: tzinfo) -> Iterator[Fault]:
    """Yield the faults of polling; after a start, overdue feeds get the same time as others."""
    started_at = min(run.started_at for run in _working(liveness.runs, now))
    if liveness.oldest_poll_due_at and now - started_at > LATE_AFTER:
        feeds = counted(liveness.polls_overdue, "feed")
        text = f"polling is late: {feeds} due since {_local(liveness.oldest_poll_due_at, zone)}"
        yield Fault(text=text, hint="see `straitwatch feeds health` and `polling.concurrency`")
    if liveness.feeds and not liveness.feeds_current:
        yield Fault(text="every feed is failing", hint="check this machine's network")


def _message_faults(liveness: Liveness, now: datetime, zone: tzinfo) -> Iterator[Fault]:
    if liveness.oldest_due_at and now - liveness.oldest_due_at > MESSAGE_OVERDUE_AFTER:
        text = f"a message is overdue since {_local(liveness.oldest_due_at, zone)}"
        yield Fault(text=text, hint="see `straitwatch outbox list`")
    if liveness.canary_every is None:
        return
    if liveness.canary_at and now - liveness.canary_at >= liveness.canary_every:
        yield Fault(text="the canary was not delivered")
    started_at = liveness.canary_started_at
    is_late = started_at and now - started_at >= CANARY_WRITTEN_WITHIN
    if is_late and started_at != liveness.canary_written_at:
        yield Fault(text="the canary was lost before its message was written")


def _local(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%d %b %H:%M %Z}"
