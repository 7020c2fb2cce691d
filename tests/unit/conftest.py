"""A real database for the tests of commands."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.configs import write_config
from builders.store import claimed_feed, make_plan
from straitwatch.clock import utc_now
from straitwatch.core.liveness import Run
from straitwatch.store import Store, apply_plan, record_run


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Path]:
    """A configuration whose store has one story, with one alert that waits for `desk-slack`,
    after `run --once`."""
    config = write_config(
        tmp_path,
        feeds={"Feed f1": "https://f1.example/rss"},
        receivers={
            "desk-slack": {"url": "https://hooks.slack.com/services/T0/B0/X0"},
            "terminal": {"url": "terminal://"},
        },
    )
    store = Store.open(f"sqlite:///{tmp_path / 'straitwatch.db'}")
    assert store.call(apply_plan, make_plan(claimed_feed(store)))
    now = utc_now()
    store.call(record_run, "", Run(started_at=now, seen_at=now, ended_at=now, is_once=True))
    store.close()
    return config
