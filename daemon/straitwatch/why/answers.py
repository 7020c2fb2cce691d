"""Defines the answers of `why`: the stored decision and the lists' verdicts today."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from straitwatch.core.model import Action, DeliveryState, Reason, Relation, Severity
from straitwatch.core.plural import score_words


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleAnswer:
    """A rule that holds, or one that nearly holds."""

    rule: str
    when: str
    holds: bool
    points: int
    hits: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAnswer:
    """The verdict of one watch-list today."""

    watchlist: str
    fires: bool
    near_miss: bool
    nearest: str  # text of a rule that nearly holds
    score: int
    threshold: int
    severity: Severity | None
    filtered: str
    excluded_by: str
    rules: tuple[RuleAnswer, ...]
    masked: tuple[str, ...]

    @property
    def points(self) -> str:
        """The score beside the threshold."""
        return score_words(self.score, self.threshold)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryAnswer:
    """A message about the entry to one recipient."""

    id: str
    alert: str
    title: str
    receiver: str
    recipient: str
    state: DeliveryState
    reason: str
    routes: tuple[str, ...]
    revision: int
    attempts: int
    last: str  # the code and text of the last attempt
    not_before: datetime | None
    delivered: datetime | None
    merged_into: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkAnswer:
    """A person's verdict on the entry for one watch-list."""

    watchlist: str
    verdict: str
    by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAnswer:
    """A feed of the same host as a page that was never seen."""

    feed: str
    enabled: bool
    failures: int
    outcome: str
    last_ok: datetime | None
    condition: str = ""  # as in `feeds health`
    problem: str = ""  # the sentence for the condition


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAnswer:
    """The page of an entry: why it was fetched, the last result and the next request."""

    task: str
    cause: str
    outcome: str
    detail: str
    fetched: datetime | None
    due: datetime | None
    matched: bool  # the lists read its text


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """The decision about a stored entry; the fields are the keys of its JSON object."""

    title: str
    summary: str
    content: str
    about: tuple[str, ...]
    url: str
    id: str
    seen: datetime
    feed: str
    matched: tuple[str, ...]
    story: str | None
    relation: Relation | None
    fold: str
    related: str  # the story that is perhaps about the same event, as the alert said
    decision: Action
    reason: Reason
    silences: tuple[str, ...]
    config: str | None
    deliveries: tuple[DeliveryAnswer, ...]
    other_deliveries: int
    marks: tuple[MarkAnswer, ...]
    since_then: tuple[str, ...]
    page: PageAnswer | None
    title_hits: tuple[tuple[int, int], ...]  # begin and end of each in the title
    lists: tuple[ListAnswer, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object."""
        return _as_row(asdict(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class UnseenAnswer:
    """The lists' verdicts on a text that was never seen in a feed."""

    title: str
    title_hits: tuple[tuple[int, int], ...] = ()
    lists: tuple[ListAnswer, ...] = ()
    feeds: tuple[FeedAnswer, ...] | None = None  # for an address
    missing: tuple[str, ...] = ()  # spans of the last week in which entries may be missing

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object."""
        lists = [asdict(item) for item in self.lists]
        row: dict[str, Any] = {"title": self.title, "seen": None, "title_hits": self.title_hits}
        row["lists"] = lists
        if self.feeds is not None:
            row["feeds"] = [asdict(feed) for feed in self.feeds]
        if self.missing:
            row["missing"] = list(self.missing)
        return _as_row(row)


Answer = StoredAnswer | UnseenAnswer


def _as_row(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in fields.items()}


def _plain(value: Any) -> Any:
    """Return a value with its times as text."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return _as_row(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
