"""Measures `check` on many lists, and `status`, `why`, `backtest` and `review` on a large store.

    python bench/commands.py [--lists 100] [--terms 4500] [--entries 1000000] [--runs 3]
        [--data FILE ...]

Each command runs as a separate process, including start-up. The table shows the median wall and CPU
seconds of several runs. The lists are the shipped ones and invented ones with examples; the entries
are invented.
"""

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path

import yaml
from matcher import _phrases, _word
from stored import fill

READ = 10_000  # entries that `backtest` and `review` read


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lists", type=int, default=100)
    parser.add_argument("--terms", type=int, default=4_500, help="beside the shipped ones")
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--data", type=Path, nargs="*", default=[], help="see stored.py")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="straitwatch-bench-") as folder:
        config = _made(Path(folder), options.entries, [])
        for name, arguments in {
            "status": ("status",),
            "why URL": ("why", f"https://bench.example/{options.entries // 2}"),
            "why TITLE": ("why", _a_title(config)),
            "why part of a title": ("why", "minister talks budget"),
            "why unknown text": ("why", "A text that stands in no feed at all"),
            "why unknown URL": ("why", "https://elsewhere.example/unknown"),
        }.items():
            _measure(name, config, arguments, options.runs)
    with tempfile.TemporaryDirectory(prefix="straitwatch-bench-") as folder:
        config = _made(Path(folder), READ, options.data)
        for name, arguments in {
            "backtest": ("backtest", "--json"),
            "backtest --diff": ("backtest", "--diff", "--json"),
            "review": ("review", "--json"),
            "terms show": ("terms", "show", "drill", "--json"),
        }.items():
            _measure(name, config, arguments, options.runs)
    with tempfile.TemporaryDirectory(prefix="straitwatch-bench-") as folder:
        config = fill(Path(folder), 0, data=[], days=14)
        (config.parent / "straitwatch.db").unlink()
        _measure("check, 2 lists", config, ("check",), options.runs)
        _add_lists(config, options.lists, options.terms)
        _measure(f"check, {options.lists} lists", config, ("check",), options.runs)


def _made(folder: Path, entries: int, data: list[Path]) -> Path:
    started = time.perf_counter()
    config = fill(folder, entries, data=data, days=14)
    size = (folder / "straitwatch.db").stat().st_size / 1e6
    print(f"{entries} entries, {size:.0f} MB, made in {time.perf_counter() - started:.0f} s")
    return config


def _measure(name: str, config: Path, arguments: tuple[str, ...], runs: int) -> None:
    command = [sys.executable, "-m", "straitwatch", *arguments, "--config", str(config)]
    kept = {key: value for key, value in os.environ.items() if "DONTWRITEBYTECODE" not in key}
    walls, cpus = [], []
    for run in range(runs + 1):
        before, started = _children_cpu(), time.perf_counter()
        subprocess.run(command, env=kept, stdout=subprocess.DEVNULL, check=False)
        if run:  # the first run warms the caches
            walls.append(time.perf_counter() - started)
            cpus.append(_children_cpu() - before)
    wall, cpu = statistics.median(walls), statistics.median(cpus)
    print(f"{name:24} {wall:7.2f} s  {cpu:7.2f} CPU s", flush=True)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _a_title(config: Path) -> str:
    import sqlite3  # noqa: PLC0415 - once

    with sqlite3.connect(config.parent / "straitwatch.db") as database:
        (title,) = database.execute("select title from entry limit 1").fetchone()
    return str(title)


def _add_lists(config: Path, lists: int, terms: int) -> None:
    jitter = random.Random(1)
    phrases = _phrases([_word(jitter) for _ in range(20_000)], terms, jitter)
    more = lists - 2
    sets: dict[str, list[str]] = {f"set{at}": [] for at in range(more * 2)}
    for name, phrase in zip(cycle(sets), phrases, strict=False):
        sets[name].append(phrase)
    watchlists = [
        {
            "id": f"list-{at}",
            "match": [f"$set{2 * at} NEAR/20 $set{2 * at + 1}"],
            "must_match": [f"{sets[f'set{2 * at}'][0]} and {sets[f'set{2 * at + 1}'][0]}"] * 5,
            "must_not_match": ["Rain in the mountains"] * 5,
        }
        for at in range(more)
    ]
    (config / "terms/made-up.yaml").write_text(yaml.safe_dump({"terms": sets}))
    (config / "watchlists/made-up.yaml").write_text(yaml.safe_dump({"watchlists": watchlists}))


if __name__ == "__main__":
    main()
