"""Measures the cost of a poll in Straitwatch and in other readers, on the same feeds in one run.

    python bench/polls.py --feeds 1000
    python bench/polls.py --feeds 100 1000              # marginal costs: without start-up
    python bench/polls.py --feeds 1000 10000 --peers none --passes 304,changed

Each program runs from the command line against `feedserver.py` on loopback. CPU is user + system of
the process and its workers. RSS is the peak of the largest process. The passes use the same
database, in this order:

    cold       first fetch: every document is read and stored
    304        unchanged feeds; the server responds 304
    bodies     unchanged feeds; the server has no validators and sends every document
    stamped    like bodies, but each document also has another time outside its entries
    changed    5 % of the feeds have two new entries; the others respond 304

Peers are installed into their own environments, under --environments or a temporary folder;
newsboat is measured if it is on the PATH. All modules are compiled to bytecode before the
measurement. Ratios compare with rss2email or reader, whichever is better in the same pass. The
server counts requests to verify their number.
"""

import argparse
import asyncio
import json
import os
import shutil
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

PASSES = ("cold", "304", "bodies", "stamped", "changed")
MODES = {"bodies": "forget", "stamped": "stamp"}  # of the server; in other passes: revalidate
CHANGED_PERCENT = 5
PASS_TIMEOUT = 600  # seconds
PEERS = {
    "rss2email": ("rss2email==3.14",),
    # reader's vendored feedparser imports sgmllib without requiring it.
    "reader": ("reader==3.26", "sgmllib3k"),
    "newsboat": (),
}
RIVALS = ("rss2email", "reader")  # the ratios compare with the better of them
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
    pages = {"full_text": "never", "watch_edits": "0s"}
    settings = {"database": f"sqlite:///{folder}/bench.db", "polling": polling, "pages": pages}
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


def prepare_newsboat(folder: Path, urls: Sequence[str], environment: Path) -> list[str]:
    (folder / "urls").write_text("\n".join(urls) + "\n")
    settings = 'reload-threads 50\nuser-agent "bench"\ncleanup-on-quit no\n'
    (folder / "newsboat.conf").write_text(settings)
    files = ["-u", str(folder / "urls"), "-c", str(folder / "cache.db")]
    return [
        str(environment / "newsboat"),
        *files,
        "-C",
        str(folder / "newsboat.conf"),
        "-x",
        "reload",
    ]


PREPARE = {
    "straitwatch": prepare_straitwatch,
    "fetcher": prepare_fetcher,
    "rss2email": prepare_rss2email,
    "reader": prepare_reader,
    "newsboat": prepare_newsboat,
}


def environment_of(name: str, folder: Path) -> Path:
    """Return the folder of a program's executables; install a peer if necessary."""
    if name in OURS:
        return Path(sys.executable).parent
    if name == "newsboat":
        return Path(shutil.which("newsboat") or "").parent
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


def run_passes(
    name: str, feeds: int, *, passes: Sequence[str], folder: Path, environments: Path
) -> dict[str, Cost]:
    costs = {}
    with Server() as server:
        urls = [feed_url(number, server.port) for number in range(feeds)]
        command = PREPARE[name](folder, urls, environment_of(name, environments))
        if name != "newsboat":
            warm_up(name, environments)
        for step in PASSES:
            if step not in passes:
                continue
            server.command(MODES.get(step, "revalidate"))
            if step in ("changed", "304"):
                # Fetch the validators again, unmeasured: the previous pass dropped them, and
                # newsboat saves them only on its second fetch.
                measure(command, folder / "log")
                time.sleep(2 * INTERVAL)
            if step == "changed":
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
    documents = {"304": 0, "changed": changed}.get(step, feeds)
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
    steps = next(iter(results.values()))
    for step in steps:
        for (name, feeds), costs in results.items():
            cost = costs[step]
            rivals = [
                other[step].cpu
                for (who, n), other in results.items()
                if who in RIVALS and n == feeds
            ]
            ratio = ratio_to_best(name, cost.cpu, rivals)
            print(
                f"{step:8} {name:12} {feeds:6} {cost.cpu:8.2f} {cost.cpu / feeds * 1000:10.2f}"
                f" {cost.wall:7.1f} {cost.rss:7.0f} {ratio:>11}"
            )
        print_marginal(step, results)


def print_marginal(step: str, results: dict[tuple[str, int], dict[str, Cost]]) -> None:
    """Print the cost of each additional feed, without start-up."""
    sizes = sorted({feeds for _, feeds in results})
    if len(sizes) < 2:
        return
    low, high = sizes[0], sizes[-1]
    more = {
        name: (results[name, high][step].cpu - results[name, low][step].cpu) / (high - low)
        for name in dict.fromkeys(name for name, _ in results)
    }
    rivals = [cost for name, cost in more.items() if name in RIVALS]
    for name, cost in more.items():
        print(
            f"{step:8} {name:12} {'marginal':>15} {cost * 1000:10.2f}"
            f"{ratio_to_best(name, cost, rivals):>28}   ({high} minus {low} feeds)"
        )


def ratio_to_best(name: str, cost: float, rivals: Sequence[float]) -> str:
    return f"{cost / min(rivals):.2f}" if rivals and name in OURS else "-"


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
    parser.add_argument("--passes", default=",".join(PASSES), help="by comma; the first is cold")
    parser.add_argument("--environments", type=Path, help="keep the peers' environments here")
    parser.add_argument("--fetch-only", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fetch_only:
        uvloop.run(fetch_all(options.fetch_only))
        return
    peers = [] if options.peers == "none" else options.peers.split(",")
    if "newsboat" in peers and not shutil.which("newsboat"):
        print("newsboat is not on the PATH; it is left out", file=sys.stderr)
        peers.remove("newsboat")
    passes = ["cold", *options.passes.split(",")]
    results = {}
    with tempfile.TemporaryDirectory(prefix="polls-") as scratch:
        environments = options.environments or Path(scratch)
        for feeds in options.feeds:
            for name in (*options.ours.split(","), *peers):
                folder = Path(scratch) / f"{name}-{feeds}"
                folder.mkdir()
                print(f"{name}, {feeds} feeds ...", file=sys.stderr)
                results[name, feeds] = run_passes(
                    name, feeds, passes=passes, folder=folder, environments=environments
                )
    print_table(results)


if __name__ == "__main__":
    main()
