"""Kills the real program a thousand times, and counts lost and repeated messages at its receivers.

    python bench/crash_sweep.py --kills 1000 --chains 2 --seed 1

Each chain has its own scripted servers on loopback: a feed, a Slack (webhook and bot) and a mail
server. The program is killed at a random point and started again, many times. For example, it is
killed before or after a commit, after a claim, after the freeze, after a request without a reply,
before a reply is recorded, between recipients, around a digest, during a roll-up, or while it reads
Slack's history. Sometimes its clock jumps. At the end it runs until the outbox is empty. A story
that is missing at a receiver is lost. A second copy that a person can see is a repeat; mails with
the same Message-ID and Date count as one. The exit status is 1 if a guarantee is broken.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import monotonic

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from crash.chain import Chain, Tally


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--chains", type=int, default=2, help="worlds that run side by side")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    started = monotonic()
    tallies = asyncio.run(_sweep(options.kills, options.chains, options.seed))
    _print(tallies, monotonic() - started)
    return 0 if all(tally.is_good for tally in tallies) else 1


async def _sweep(kills: int, chains: int, seed: int) -> list[Tally]:
    done = Counter[str]()

    def on_kill() -> None:
        done["kills"] += 1
        print(f"\r{done['kills']}/{kills} kills", end="", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="straitwatch-sweep-") as folder:
        runs = []
        for number in range(chains):
            directory = Path(folder, str(number))
            share = kills // chains + (number < kills % chains)
            runs.append(Chain(directory, seed=seed + number).run(share, on_kill=on_kill))
        return await asyncio.gather(*runs)


def _print(tallies: list[Tally], seconds: float) -> None:
    kills = sum((tally.kills for tally in tallies), Counter[str]())
    repeats = sum((tally.repeats for tally in tallies), Counter[str]())
    print(f"\n{'killed':<42}{'times':>6}")
    for point, times in sorted(kills.items()):
        print(f"{point:<42}{times:>6}")
    lost = [story for tally in tallies for story in tally.lost]
    print(f"{'all':<42}{kills.total():>6}   in {seconds:.0f} s")
    print(f"stories {sum(t.stories for t in tallies)}, at 4 places each: lost {len(lost)}")
    print(
        f"roll-ups {sum(t.rollups for t in tallies)} (with {sum(t.counted for t in tallies)} "
        f"stories that they count and do not name), digests {sum(t.digests for t in tallies)}"
    )
    print(
        f"visible repeats: {dict(repeats) or 'none'}, unmarked {sum(t.unmarked for t in tallies)}"
    )
    print(
        f"webhook messages in doubt: {sum(t.doubts for t in tallies)}, "
        f"most by one crash {max(t.worst for t in tallies)}, "
        f"repeats that they do not explain {sum(t.unexplained for t in tallies)}"
    )
    print(
        f"point not reached in time, killed all the same: {sum(t.missed_points for t in tallies)}"
    )
    for line in [*lost[:20], *(tally.problems for tally in tallies if tally.problems)]:
        print("broken:", line)


if __name__ == "__main__":
    sys.exit(main())
