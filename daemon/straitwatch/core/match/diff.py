"""Stage: what two sets of watch-lists make of the same entry, list by list.

In: the matches of the lists in force and those of a change to them. Out: where they differ.
`backtest` asks this of stored entries, a list in shadow of live ones.
"""

from collections.abc import Iterable, Iterator

from straitwatch.core.model import Change, Difference, Match


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
