"""Compares the matches of two sets of watch-lists on the same entry, list by list.

`backtest` compares them on stored entries, and lists in shadow on new ones.
"""

from collections.abc import Iterable, Iterator

from straitwatch.core.model import Change, Difference, Match


def compare_matches(before: Iterable[Match], after: Iterable[Match]) -> Iterator[Difference]:
    """Yield the differences between two results for one entry; a change of points alone is none."""
    old = {match.watchlist: match for match in before}
    new = {match.watchlist: match for match in after}
    for name in sorted(old.keys() | new.keys()):
        one, other = old.get(name), new.get(name)
        if one and other and one.severity is other.severity:
            continue
        change = Change.SEVERITY if one and other else Change.GAINED if other else Change.LOST
        yield Difference(watchlist=name, change=change, before=one, after=other)
