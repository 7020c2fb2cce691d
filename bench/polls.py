"""Measures the cost of a poll in Straitwatch, rss2email and reader, on the same feeds in one run.

    python bench/polls.py --feeds 1000
    python bench/polls.py --feeds 1000 5000 --peers none

The second command measures the marginal cost, without peers. Each program runs from the command
line against `feedserver.py` on loopback. CPU is user + system of the process and its workers. RSS
is the peak of the largest process. Four passes use the same database:

    cold       first fetch: every document is read and stored
    304        unchanged feeds; the server responds 304
    bodies     unchanged feeds; the server has no validators and sends every document
    changed    5 % of the feeds have two new entries; the others respond 304

Peers are installed into their own environments, under --environments or a temporary folder. All
modules are compiled to bytecode before the measurement. Ratios compare with the best peer in the
same pass. The server counts requests to verify their number.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import uvloop
from feedserver import feed_url

import straitwatch
from straitwatch.core.model import Feed, FetchFailed, PollPolicy, Validators
from straitwatch.fetch import Fetcher

PASSES = ("cold", "304", "bodies", "changed")
CHANGED_PERCENT = 5
PASS_TIMEOUT = 600  # seconds
PEERS = {
    "rss2email": ("rss2email==3.14",),
    # reader's vendored feedparser imports sgmllib without requiring it.
    "reader": ("reader==3.26", "sgmllib3k"),
}
OURS = ("straitwatch", "fetcher")
BYTECODE = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
INTERVAL = 1  # seconds, so that every feed is due in the next pass


class Server:
    """The feed server in its own process, so that its cost is not counted."""

    def __enter__(self) -> Self:
        path = Path(__file__).with_name("feedserver.py")
        self._process = subprocess.Popen(
            [sys.executable, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.port = int(self._read())
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)

    def command(self, line: str) -> str:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


# ---------------------------------------------------------------- the programs


def prepare_straitwatch(folder: Path, urls: Sequence[str], environment: Path) -> list[str]:
    config = folder / "config"
    (config / "watchlists").mkdir(parents=True)
    feeds = [{"name": f"Outlet {n}", "url": url} for n, url in enumerate(urls)]
    (config / "feeds.yaml").write_text(json.dumps({"feeds": feeds}))  # JSON is YAML
    polling = {
        "interval": f"{INTERVAL}s",
        "min_interval": f"{INTERVAL}s",
        "contact": "bench@example.org",
        "allow_private_addresses": True,
    }
    settings = {"database": f"sqlite:///{folder}/bench.db", "polling": polling}
    (config / "straitwatch.yaml").write_text(json.dumps(settings))
    lists = {"watchlists": [{"id": "bench", "title": "Bench", "match": ["blockade"]}]}
    (config / "watchlists" / "bench.yaml").write_text(json.dumps(lists))
    return [str(environment / "straitwatch"), "run", "--once", "--json", "--config", str(config)]


def prepare_fetcher(folder: Path, urls: Sequence[str], environment: Path) -> list[str]:
    (folder / "urls.json").write_text(json.dumps(urls))
    return [str(environment / "python"), __file__, "--fetch-only", str(folder)]


def prepare_rss2email(folder: Path, urls: Sequence[str], environment: Path) -> list[str]:
    files = ["-c", str(folder / "r2e.cfg"), "-d", str(folder / "r2e.json")]
    program = str(environment / "r2e")
    subprocess.run([program, *files, "new", "bench@example.org"], check=True, capture_output=True)
    with (folder / "r2e.cfg").open("a") as config:
        for number, url in enumerate(urls):
            config.write(f"[feed.outlet{number}]\nurl = {url}\n\n")
    return [program, *files, "run", "--no-send"]


_READER_SCRIPT = """
import sys, json
from pathlib import Path
from reader import make_reader
folder = Path(sys.argv[1])
reader = make_reader(str(folder / "reader.sqlite"))
for url in json.loads((folder / "urls.json").read_text()) if len(sys.argv) > 2 else ():
    reader.add_feed(url)
if len(sys.argv) == 2:
    reader.update_feeds(scheduled=False, workers=20)
"""


def prepare_reader(folder: Path, urls: Sequence[str], environment: Path) -> list[str]:
    (folder / "urls.json").write_text(json.dumps(urls))
    script = folder / "run_reader.py"
    script.write_text(_READER_SCRIPT)
    command = [str(environment / "python"), str(script), str(folder)]
    subprocess.run([*command, "add"], check=True, capture_output=True)
    return command


PREPARE = {
    "straitwatch": prepare_straitwatch,
    "fetcher": prepare_fetcher,
    "rss2email": prepare_rss2email,
    "reader": prepare_reader,
}


def environment_of(name: str, folder: Path) -> Path:
    """Return the folder of a program's executables; install a peer if necessary."""
    if name in OURS:
        return Path(sys.executable).parent
    programs = folder / name / "bin"
    if not programs.exists():
        print(f"installing {name} ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", folder / name], check=True)
        pip = [programs / "python", "-m", "pip", "install", "--quiet", *PEERS[name]]
        subprocess.run(pip, check=True, timeout=PASS_TIMEOUT)
    return programs


# ---------------------------------------------------------------- the measuring


@dataclass(frozen=True, slots=True)
class Cost:
    cpu: float  # seconds
    wall: float  # seconds
    rss: float  # MB


def measure(command: Sequence[str], log: Path) -> Cost:
    """Run a command and return its cost, including that of its children."""
    started = time.perf_counter()
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=BYTECODE)
        deadline = started + PASS_TIMEOUT
        while True:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.perf_counter() > deadline:
                process.kill()
            time.sleep(0.005)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):  # 1: it found a problem, such as a broken feed
        raise SystemExit(f"{command[0]} ended with {process.returncode}; see {log}")
    wall = time.perf_counter() - started
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def run_passes(name: str, feeds: int, *, folder: Path, environments: Path) -> dict[str, Cost]:
    costs = {}
    with Server() as server:
        urls = [feed_url(number, server.port) for number in range(feeds)]
        command = PREPARE[name](folder, urls, environment_of(name, environments))
        warm_up(name, environments)
        for step in PASSES:
            server.command("forget" if step == "bodies" else "revalidate")
            if step == "changed":
                # The previous pass dropped the validators: fetch them again, unmeasured.
                measure(command, folder / "log")
                time.sleep(2 * INTERVAL)
                server.command(f"change {CHANGED_PERCENT}")
            server.command("count")
            costs[step] = measure(command, folder / "log")
            check_counts(name, step, feeds, server.command("count"))
            time.sleep(2 * INTERVAL)
    return costs


def warm_up(name: str, environments: Path) -> None:
    """Run a program once, so that Python compiles its remaining modules before the measurement."""
    python = environment_of(name, environments) / "python"
    site = "import sysconfig; print(sysconfig.get_path('purelib'))"
    folder = subprocess.check_output([python, "-c", site], text=True).strip()
    sources = [folder, str(Path(straitwatch.__file__).parent)] if name in OURS else [folder]
    compile_all = [str(python), "-m", "compileall", "-q", "-j", "2", *sources]
    subprocess.run(compile_all, check=False, capture_output=True, env=BYTECODE)


def check_counts(name: str, step: str, feeds: int, counts: str) -> None:
    """Print a warning if the number of requests in a pass is not the expected one."""
    changed = sum(n % 100 < CHANGED_PERCENT for n in range(feeds))
    documents = {"cold": feeds, "304": 0, "bodies": feeds, "changed": changed}[step]
    expected = f"{documents} {feeds - documents}"
    if counts != expected:
        print(
            f"warning: {name}, {step}: the server sent {counts} (documents, 304), "
            f"expected {expected}",
            file=sys.stderr,
        )


def print_table(results: dict[tuple[str, int], dict[str, Cost]]) -> None:
    print(f"{'pass':8} {'program':12} {'feeds':>6} {'CPU s':>8} {'CPU s/1000':>10}", end="")
    print(f" {'wall s':>7} {'RSS MB':>7} {'x best peer':>11}")
    for step in PASSES:
        for (name, feeds), costs in results.items():
            cost = costs[step]
            rivals = [
                other[step].cpu
                for (who, n), other in results.items()
                if who in PEERS and n == feeds
            ]
            ratio = f"{cost.cpu / min(rivals):.2f}" if rivals and name in OURS else "-"
            print(
                f"{step:8} {name:12} {feeds:6} {cost.cpu:8.2f} {cost.cpu / feeds * 1000:10.2f}"
                f" {cost.wall:7.1f} {cost.rss:7.0f} {ratio:>11}"
            )
        print_marginal(step, results)


def print_marginal(step: str, results: dict[tuple[str, int], dict[str, Cost]]) -> None:
    """Print the cost of each additional feed, without start-up."""
    for name in dict.fromkeys(name for name, _ in results):
        sizes = sorted(feeds for who, feeds in results if who == name)
        if len(sizes) > 1:
            low, high = sizes[0], sizes[-1]
            more = results[name, high][step].cpu - results[name, low][step].cpu
            print(
                f"{step:8} {name:12} {'marginal':>15} {more / (high - low) * 1000:10.2f}"
                f"   ({high} minus {low} feeds)"
            )


# ---------------------------------------------------------------- the fetcher alone


async def fetch_all(folder: Path) -> None:
    """Fetch every feed once, fifty at a time, and keep the validators for the next pass."""
    urls = json.loads((folder / "urls.json").read_text())
    kept = folder / "etags.json"
    etags = json.loads(kept.read_text()) if kept.exists() else {}
    waiting = iter(urls)

    async def work(fetcher: Fetcher) -> None:
        for url in waiting:
            validators = Validators(etag=etags.get(url, ""))
            result = await fetcher.fetch(Feed(id=url, name=url, url=url), validators)
            if isinstance(result, FetchFailed):
                raise SystemExit(f"{url}: {result.detail}")
            etags[url] = result.validators.etag

    async with Fetcher(PollPolicy(allow_private_addresses=True)) as fetcher:
        await asyncio.gather(*(work(fetcher) for _ in range(50)))
    kept.write_text(json.dumps(etags))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--feeds", type=int, nargs="+", default=[1000])
    parser.add_argument(
        "--ours", default="straitwatch", help="straitwatch, fetcher or both, by comma"
    )
    parser.add_argument("--peers", default=",".join(PEERS), help="by comma, or none")
    parser.add_argument("--environments", type=Path, help="keep the peers' environments here")
    parser.add_argument("--fetch-only", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fetch_only:
        uvloop.run(fetch_all(options.fetch_only))
        return
    peers = [] if options.peers == "none" else options.peers.split(",")
    results = {}
    with tempfile.TemporaryDirectory(prefix="polls-") as scratch:
        environments = options.environments or Path(scratch)
        for feeds in options.feeds:
            for name in (*options.ours.split(","), *peers):
                folder = Path(scratch) / f"{name}-{feeds}"
                folder.mkdir()
                print(f"{name}, {feeds} feeds ...", file=sys.stderr)
                results[name, feeds] = run_passes(
                    name, feeds, folder=folder, environments=environments
                )
    print_table(results)


if __name__ == "__main__":
    main()
