"""The page in `pipeline/__init__` names real functions."""

import re
from importlib import import_module

import pytest

from straitwatch import pipeline
from straitwatch import store as db
from straitwatch.core.backtest import Backtest
from straitwatch.core.cluster import StoryWindow
from straitwatch.deliver import Driver, SenderThreads
from straitwatch.encoder import Encoder
from straitwatch.fetch import Fetcher
from straitwatch.parsepool import ParsePool

OWNERS = {
    "fetcher": Fetcher,
    "pool": ParsePool,
    "encoder": Encoder,
    "window": StoryWindow,
    "senders": SenderThreads,
    "driver": Driver,
    "db": db,
    "test": Backtest,
}
MODULES = [
    import_module(f"straitwatch.{name}")
    for name in (
        "pipeline.poll",
        "pipeline.deliver",
        "pipeline.digest",
        "pipeline.replay",
        "core.plan",
    )
]
CALLS = re.findall(r"^ +(?:(\w+)\.)?(\w+)\(", pipeline.__doc__ or "", re.MULTILINE)


@pytest.mark.parametrize(("owner", "name"), CALLS)
def test_page_of_the_pipeline_names_real_functions(owner: str, name: str) -> None:
    places = [OWNERS[owner]] if owner else MODULES

    assert any(callable(getattr(place, name, None)) for place in places)


def test_page_of_the_pipeline_shows_every_flow() -> None:
    flows = {name for owner, name in CALLS if not owner}

    assert flows >= {"ingest_feed", "deliver_due", "write_digest", "refold", "backtest"}
