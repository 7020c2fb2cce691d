"""Trials of changed lists run in a worker process with a deadline."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders.configs import WATCHLISTS, write_config
from straitwatch.config import load_config
from straitwatch.store import Store
from straitwatch.trial import TrialError, TrialRequest, try_lists


@pytest.fixture
def request_of_lists(tmp_path: Path) -> TrialRequest:
    config = load_config(
        write_config(tmp_path, feeds={"Feed f1": "https://f1.example/rss"}), environ={}
    )
    Store.open(config.database).close()
    return TrialRequest(
        directory=config.directory,
        name="watchlists/lists.yaml",
        text=WATCHLISTS,
        version="",
        feeds={},
        database=config.database,
        entries=9,
    )


async def test_late_trial_is_stopped_and_says_so(request_of_lists: TrialRequest) -> None:
    with pytest.raises(TrialError, match=r"did not finish within 0.2 seconds.*fewer entries"):
        await try_lists(request_of_lists, within=timedelta(seconds=0.2))


async def test_trial_leaves_its_caller_free_to_work(request_of_lists: TrialRequest) -> None:
    trial = asyncio.create_task(try_lists(request_of_lists))
    longest, last = 0.0, time.perf_counter()
    while not trial.done():
        await asyncio.sleep(0)
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()

    assert (await trial).entries == 0
    assert longest < 1


async def test_mistake_in_a_tried_file_is_shown_at_its_place_in_the_configuration(
    request_of_lists: TrialRequest,
) -> None:
    broken = replace(request_of_lists, text=WATCHLISTS.replace("[Taiwan Strait]", "[(Taiwan]"))

    trial = await try_lists(broken)

    real = request_of_lists.directory / "watchlists" / "lists.yaml"
    assert [problem.partition(":4:")[0] for problem in trial.problems] == [str(real)]


async def test_trial_without_a_database_names_it(request_of_lists: TrialRequest) -> None:
    Path(request_of_lists.database.removeprefix("sqlite:///")).unlink()

    with pytest.raises(TrialError, match="no database"):
        await try_lists(request_of_lists)
