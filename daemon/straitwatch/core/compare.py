"""Stage: what two sets of watch-lists make of the same entry, list by list.

In: the matches of the lists in force and those of a change to them. Out: where they differ.
`backtest` asks this of stored entries, a list in shadow of live ones.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from straitwatch.core.model import Match


class Change(StrEnum):
    """How a changed list differs on one entry."""

    GAINED = "gained"
    LOST = "lost"
    SEVERITY = "severity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One list says something else of one entry: `before` as it is, `after` with the change."""

    watchlist: str
    change: Change
    before: Match | None
    after: Match | None

    @property
    def shown(self) -> Match:
        """The match to show: what is gained, or what would be lost."""
        match = self.after or self.before
        if match is None:
            raise ValueError(f"{self.watchlist}: a difference between nothing and nothing")
        return match


def compare_matches(before: Iterable[Match], after: Iterable[Match]) -> Iterator[Difference]:
    """Say where two answers to the same entry differ; points alone are no difference."""
    old = {match.watchlist: match for match in before}
    new = {match.watchlist: match for match in after}
    for name in sorted(old.keys() | new.keys()):
        one, other = old.get(name), new.get(name)
        if one and other and one.severity is other.severity:
            continue
        change = Change.SEVERITY if one and other else Change.GAINED if other else Change.LOST
        yield Difference(watchlist=name, change=change, before=one, after=other)
