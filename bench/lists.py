"""Loads the shipped watch-lists, without the rest of the configuration, for benchmarks."""

from pathlib import Path

from straitwatch.config import load_beat, load_lists
from straitwatch.core.compiled_beat import compile_beat
from straitwatch.core.model import TermSet, WatchList

CONFIG = Path(__file__).parent.parent / "config"
BEAT = compile_beat(load_beat(CONFIG))


def load(config: Path = CONFIG) -> tuple[dict[str, TermSet], list[WatchList]]:
    """Read every file under terms/ and watchlists/."""
    lists = load_lists(config)
    return dict(lists.term_sets), list(lists.watchlists)
