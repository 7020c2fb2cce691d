"""Describes the condition of a feed in one sentence: problem, start and remedy."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from types import MappingProxyType
from urllib.parse import urlsplit

from straitwatch.core.diagnosis import DiagnosedFeed, is_overdue
from straitwatch.core.feed_condition import FAILED, flapping_failures, is_gone, quiet_limit
from straitwatch.core.model import NO_CONTENTS, Condition, Contents, FeedState
from straitwatch.core.moves import describe_move
from straitwatch.core.plural import counted
from straitwatch.core.policy import FLAPPING_POLLS, SLOW_ANSWER
from straitwatch.core.redact import redact_address
from straitwatch.core.validators import describe_distrust

_DAY = timedelta(days=1)

LABELS: Mapping[Condition, str] = MappingProxyType(
    {
        Condition.GONE: "gone",
        Condition.BLOCKED: "blocked",
        Condition.CAPTCHA: "captcha",
        Condition.LOGIN: "login page",
        Condition.HTML: "web page",
        Condition.UNREADABLE: "unreadable",
        Condition.TOO_LARGE: "too large",
        Condition.FAILING: "failing",
        Condition.CUT_OFF: "cut off",
        Condition.ERROR_ITEMS: "error items",
        Condition.EMPTIED: "emptied",
        Condition.FROZEN: "frozen",
        Condition.STALE: "stale",
        Condition.LATE: "late",
        Condition.FLAPPING: "flapping",
        Condition.LYING: "wrong 304",
        Condition.MOVED: "moved",
        Condition.EMPTY: "empty",
        Condition.UNDATED: "undated",
        Condition.SLOW: "slow",
        Condition.NEW: "not polled",
        Condition.OK: "ok",
    }
)


def describe_condition(diagnosed: DiagnosedFeed, *, now: datetime, zone: tzinfo = UTC) -> str:
    """Return the sentence for the condition of a feed; "" if it is ok."""
    return _Words(diagnosed=diagnosed, now=now, zone=zone).sentence()


def cause_of(diagnosed: DiagnosedFeed) -> str:
    """Return the condition of a feed in a word or two; of a failure, its outcome."""
    outcome = diagnosed.feed.state.last_outcome
    is_failing = diagnosed.condition is Condition.FAILING
    return outcome if is_failing and outcome else LABELS[diagnosed.condition]


def count_conditions(conditions: Iterable[Condition]) -> str:
    """Count the conditions of feeds: "2 failing, 1 frozen"."""
    counts = Counter(LABELS[condition] for condition in conditions)
    return ", ".join(f"{number} {label}" for label, number in counts.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    diagnosed: DiagnosedFeed
    now: datetime
    zone: tzinfo

    def sentence(self) -> str:
        condition = self.diagnosed.condition
        what = self._what(condition)
        advice = self._advice(condition)
        return f"{what}. {advice}" if advice else what

    # ------------------------------------------------------------ what, since when

    def _what(self, condition: Condition) -> str:
        match condition:
            case Condition.OK:
                return ""
            case Condition.NEW:
                return "not polled yet"
            case Condition.LATE:
                return self._late()
            case Condition.FROZEN | Condition.STALE | Condition.EMPTIED | Condition.EMPTY:
                return self._without_news(condition)
            case Condition.ERROR_ITEMS:
                return f'its only entry is an error message, "{self._contents.error}"{self._since}'
            case _ if condition in FAILED:
                return self._failure()
            case _:
                return self._remark(condition)

    def _remark(self, condition: Condition) -> str:
        match condition:
            case Condition.FLAPPING:
                failures = flapping_failures(self._state.profile.health)
                return f"{failures} of the last {FLAPPING_POLLS} polls failed{self._last_failure}"
            case Condition.LYING:
                distrust = self._state.distrust
                return describe_distrust(distrust, self.zone) if distrust else ""
            case Condition.UNDATED:
                undated, entries = self._contents.undated, self._contents.entries
                return (
                    f"{undated} of its {counted(entries, 'entry', 'entries')} have no usable date"
                )
            case Condition.SLOW:
                return f"most answers take longer than {SLOW_ANSWER.seconds} s{self._since}"
            case _:
                move = self._state.profile.move
                return describe_move(move, self.zone) if move else "the publisher has moved it"

    def _failure(self) -> str:
        state = self._state
        cause = self._cause or "it cannot be read"
        success = f"last success {self._at(state.last_ok_at)}" if state.last_ok_at else "never read"
        rare = "; now polled once a week" if is_gone(state, self.now) else ""
        return f"{cause}{self._since}; {success}{rare}"

    def _late(self) -> str:
        state = self._state
        if state.failures or state.last_ok_at is None:
            return f"its last poll failed: {self._cause}"
        return f"its poll is overdue since {self._at(state.next_due_at)}"

    def _without_news(self, condition: Condition) -> str:
        match condition:
            case Condition.FROZEN:
                limit = _span(quiet_limit(self._state, now=self.now))
                return f"no new entry{self._since}; one was expected within {limit}"
            case Condition.STALE:
                return f"its newest entry is of {self._at(self._state.profile.health.since_at)}"
            case Condition.EMPTIED:
                return f"it lists no entry any more{self._since}"
            case _:
                return f"it has listed no entry yet{self._since}"

    # ------------------------------------------------------------ what to do

    def _advice(self, condition: Condition) -> str:
        look = f"Look for its address: `straitwatch feeds discover {self._site}`"
        match condition:
            case Condition.HTML | Condition.GONE | Condition.STALE:
                return look
            case Condition.FROZEN | Condition.EMPTIED | Condition.ERROR_ITEMS:
                return f"If the site has news: {look[0].lower()}{look[1:]}"
            case Condition.BLOCKED | Condition.CAPTCHA:
                return "The publisher refuses this program or network: ask for access"
            case Condition.LOGIN:
                return "Give it a key or password with `headers` in feeds.yaml"
            case Condition.TOO_LARGE:
                return "Raise `polling.max_bytes`, or use a smaller feed"
            case Condition.MOVED:
                return "Put the new address in feeds.yaml; until then, it is asked there directly"
            case Condition.LATE if is_overdue(self._state, self.now):
                return "Is `straitwatch run` running?"
            case _:
                return ""

    # ------------------------------------------------------------ parts

    @property
    def _state(self) -> FeedState:
        return self.diagnosed.feed.state

    @property
    def _contents(self) -> Contents:
        return self._state.profile.health.contents or NO_CONTENTS

    @property
    def _cause(self) -> str:
        return redact_address(self._state.last_detail) or self._state.last_outcome

    @property
    def _since(self) -> str:
        since_at = self._state.profile.health.since_at
        return f" since {self._at(since_at)}" if since_at else ""

    @property
    def _last_failure(self) -> str:
        state = self._state
        return (
            f", the last one: {state.last_detail or state.last_outcome}" if state.failures else ""
        )

    @property
    def _site(self) -> str:
        parts = urlsplit(self.diagnosed.feed.url)
        host = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{host}" if host else "URL"

    def _at(self, moment: datetime | None) -> str:
        if moment is None:
            return "never"
        local = moment.astimezone(self.zone)
        is_this_year = local.year == self.now.astimezone(self.zone).year
        return f"{local:%d %b %H:%M %Z}" if is_this_year else f"{local:%d %b %Y}"


def _span(span: timedelta) -> str:
    if span >= 2 * _DAY:
        return counted(round(span / _DAY), "day")
    return counted(max(round(span / timedelta(hours=1)), 1), "hour")
