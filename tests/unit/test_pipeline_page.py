"""The page in `pipeline/__init__` and the walk in ARCHITECTURE.md name real functions."""

import re
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name

import pytest

from straitwatch import pipeline
from straitwatch import store as db
from straitwatch.core.backtest import Backtest
from straitwatch.core.cluster import StoryWindow
from straitwatch.deliver import Driver, SenderThreads
from straitwatch.encoder import Encoder
from straitwatch.fetch import Fetcher, PageFetcher
from straitwatch.parsepool import ParsePool

CALLS = re.findall(r"^ +(?:(\w+)\.)?(\w+)\(", pipeline.__doc__ or "", re.MULTILINE)
OWNERS = {
    "fetcher": Fetcher,
    "hubs": Fetcher,
    "older": Fetcher,
    "pool": ParsePool,
    "pages": PageFetcher,
    "page_pool": ParsePool,
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
        "pipeline.commit",
        "pipeline.pages",
        "pipeline.deliver",
        "pipeline.edits",
        "pipeline.digest",
        "pipeline.replay",
        "pipeline.websub",
        "pipeline.backfill",
        "pipeline.actions",
        "core.plan",
    )
]

ARCHITECTURE = (Path(__file__).parents[2] / "ARCHITECTURE.md").read_text(encoding="utf-8")
WALK = ARCHITECTURE.partition("## One report")[2].partition("\n## ")[0]
HOPS = re.findall(r"`([a-z_]+(?:\.\w+)+)`", WALK)


@pytest.mark.parametrize(("owner", "name"), CALLS)
def test_page_of_the_pipeline_names_real_functions(owner: str, name: str) -> None:
    places = [OWNERS[owner]] if owner else MODULES

    assert any(callable(getattr(place, name, None)) for place in places)


def test_page_of_the_pipeline_shows_every_flow() -> None:
    flows = {name for owner, name in CALLS if not owner}

    assert flows >= {
        "ingest_feed",
        "deliver_due",
        "write_digest",
        "refold",
        "backtest",
        "receive_push",
    }


@pytest.mark.parametrize("hop", HOPS)
def test_walk_of_a_report_names_real_functions(hop: str) -> None:
    assert callable(resolve_name(f"straitwatch.{hop}"))


def test_walk_of_a_report_goes_from_the_claim_to_the_outbox() -> None:
    assert HOPS[0] == "app.polls.Polls.start_due"
    assert HOPS[-1] == "store.outbox.finish_attempt"
