"""Measures the sentence encoder: CPU, memory and start of its worker, rounding, hostile texts.

    python bench/encoder.py FILE...

Each FILE holds JSON Lines with `title` and `summary`.
"""

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from builders.vectors import unit_rows
from straitwatch.core.vectors import encoder_text, readable
from straitwatch.encoder import Encoder
from straitwatch.engines import load_e5
from straitwatch.workers.process import WorkerProcess

TICKS = 100  # of a second, as /proc counts CPU
MOST = 400


def hostile() -> dict[str, str]:
    jitter = random.Random(7)
    planes = ((0x20, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x10FFFF))
    return {
        "nothing": "",
        "400 random characters": "".join(
            chr(jitter.randint(*jitter.choice(planes))) for _ in range(400)
        ),
        "400 random letters": "".join(jitter.choices("bcdfghjklmnpqrstvwxz", k=400)),
        "emoji": "\U0001f600\U0001f3f4\u200d\u2620\ufe0f" * 80,
        "right to left": "\u202e\u05d0\u0627\u2067" * 100,
        "combining": "a" + "\u0301" * 399,
        "Han": "\u5bfc\u5f39" * 200,
        "NUL": "a\x00b" * 100,
        "lone surrogates": "\ud83d" * 400,
        "a megabyte": "x" * 1_000_000,
    }


def cpu(worker: WorkerProcess) -> float:
    fields = Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(worker: WorkerProcess) -> str:
    wanted = ("VmRSS", "RssAnon", "RssFile", "VmPeak")
    lines = Path(f"/proc/{worker.pid}/status").read_text().splitlines()
    parts = {name: value for name, _, value in (line.partition(":") for line in lines)}
    return ", ".join(f"{name} {int(parts[name].split()[0]) // 1024} MB" for name in wanted)


def running(encoder: Encoder) -> WorkerProcess:
    worker = encoder._worker  # noqa: SLF001 - the process itself is measured
    assert worker is not None
    return worker


async def cost(encoder: Encoder, name: str, texts: Sequence[str]) -> list[bytes]:
    before, began = cpu(running(encoder)), time.perf_counter()
    vectors = await encoder.encode(texts)
    used, took = cpu(running(encoder)) - before, time.perf_counter() - began
    missing = vectors.count(None)
    print(
        f"{name:<22} {len(texts):>5} texts of {sum(map(len, texts)) / len(texts):.0f} characters: "
        f"{1000 * used / len(texts):.1f} CPU ms, {1000 * took / len(texts):.1f} ms a text, {missing} without"
    )
    return [vector.values for vector in vectors if vector]


def rounding(name: str, texts: Sequence[str], kept: Sequence[bytes]) -> None:
    floats = np.vstack(
        [load_e5().encode(texts[begin : begin + 8]) for begin in range(0, len(texts), 8)]
    )
    rounded = unit_rows(kept)
    print(
        f"{name}: largest number {np.abs(floats).max():.3f}, cosines moved by at most "
        f"{np.abs(floats @ floats.T - rounded @ rounded.T).max():.4f}, centered ones by "
        f"{np.abs(centered_cosines(floats) - centered_cosines(rounded)).max():.4f}"
    )


def centered_cosines(rows: np.ndarray) -> np.ndarray:
    centered = rows - rows.mean(axis=0)
    unit = centered / np.linalg.norm(centered, axis=1, keepdims=True)
    return unit @ unit.T


async def measure(reports: Sequence[dict[str, str]]) -> None:
    encoder = Encoder()
    began = time.perf_counter()
    await encoder.encode(["Straitwatch"])
    print(f"{encoder.model}: first vector after {time.perf_counter() - began:.2f} s")
    print(f"after the first text: {memory(running(encoder))}, CPU {cpu(running(encoder)):.2f} s")
    titles = [encoder_text(report["title"], "", {}) for report in reports]
    leads = [
        encoder_text(report["title"], report["summary"], {})
        for report in reports
        if report.get("summary")
    ]
    first = await cost(encoder, "titles", titles)
    kept = await cost(encoder, "titles with leads", leads)
    print("again, the same bytes:", await cost(encoder, "titles", titles) == first)
    print(f"after all these: {memory(running(encoder))}")
    for name, text in hostile().items():
        if readable(text):
            await cost(encoder, name, [text])
        else:
            print(f"{name:<22} {await encoder.encode([text])}")
    print(f"after hostile texts: {memory(running(encoder))}")
    await encoder.close()
    again = Encoder()
    print(
        "in a new worker, the same bytes:",
        [vector.values for vector in await again.encode(titles) if vector] == first,
    )
    await again.close()
    rounding("titles", titles, first)
    rounding("titles with leads", leads, kept)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    lines = [line for file in parser.parse_args().files for line in file.read_text().splitlines()]
    reports = [report for report in map(json.loads, lines) if report.get("title")][:MOST]
    asyncio.run(measure(reports))


if __name__ == "__main__":
    main()
