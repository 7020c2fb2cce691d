"""Estimate the precision and recall of a list on whole feeds from a stratified sample."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

Z = 1.96  # of 95 %


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its interval of 95 %."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """Titles from which a sample was drawn, and the verdicts on the sample."""

    titles: int
    verdicts: Counter[str]


def wilson(part: int, count: int) -> Estimate:
    """Estimate a share with Wilson's interval."""
    if not count:
        return Estimate(middle=0, low=0, high=1)
    share, square = part / count, Z * Z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = Z * sqrt(share * (1 - share) / count + square / (4 * count**2)) / (1 + square / count)
    return Estimate(middle=share, low=max(0, middle - half), high=min(1, middle + half))


def total(strata: Iterable[Stratum], verdict: str) -> Estimate:
    """Estimate how many titles have a verdict.

    The intervals of the strata are joined as in Zou and Donner, "Construction of confidence limits
    about effect measures" (2008): their distances from the middle are added as squares.
    """
    middle = below = above = 0.0
    for stratum in strata:
        share = wilson(stratum.verdicts[verdict], stratum.verdicts.total())
        middle += stratum.titles * share.middle
        below += (stratum.titles * (share.middle - share.low)) ** 2
        above += (stratum.titles * (share.high - share.middle)) ** 2
    return Estimate(middle=middle, low=max(0, middle - sqrt(below)), high=middle + sqrt(above))


def share_of(hits: float, losses: Estimate) -> Estimate | None:
    """Divide hits by hits and losses, or return None without either."""
    if not hits + losses.middle:
        return None
    low, middle, high = (
        hits / (hits + count) for count in (losses.high, losses.middle, max(losses.low, 1e-9))
    )
    return Estimate(middle=middle, low=low, high=high)
