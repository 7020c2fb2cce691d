"""Prints sample entries of a changed list, for `backtest` and `shadow`."""

from collections.abc import Iterator

from rich.text import Text

from straitwatch.cli.output import highlighted, hit_words
from straitwatch.core.model import Change, Match

CHANGE_SIGNS = {Change.GAINED: "+", Change.LOST: "-", Change.SEVERITY: "~"}


def sample_lines(
    title: str, match: Match, *, lead: str, watchlist: str = "", mark: str = ""
) -> Iterator[Text]:
    """Yield a headline with its hits, and below it severity, points and words.

    Args:
        title: the headline.
        match: the match whose hits are marked.
        lead: the text before the headline: a sign, the time and the feed.
        watchlist: the list, if it is not named above.
        mark: a person's verdict on the entry.
    """
    yield highlighted(title, match.hits, lead=lead)
    name = f"{watchlist}: " if watchlist else ""
    verdict = f" ({mark.replace('_', ' ')})" if mark else ""
    level = f"{match.severity}, {match.score} points"
    yield Text(f"      {name}{level}: {hit_words(match.hits)}{verdict}")
