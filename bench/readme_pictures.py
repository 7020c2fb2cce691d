"""Draws the two pictures of the README: the example alert in Slack and as a mail.

    python bench/readme_pictures.py

It writes docs/images/alert-slack.png and alert-mail.png with 64 colors each, which makes them a
third as large as the files of Chromium. Run it after a change of the shipped templates. It needs
Debian's chromium on the PATH.
"""

import asyncio
import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from browser import opened_browser
from pictures import ZONE, draw, slack_page

from straitwatch.core.render import example_job, render_mail, render_slack

IMAGES = Path(__file__).parents[1] / "docs/images"
WIDTH = 720
SLACK_HEIGHT, MAIL_HEIGHT = 192, 306
COLORS = 64
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def main() -> None:
    job = example_job("alert")
    slack = slack_page(render_slack(job, zone=ZONE, templates={}))
    mail = render_mail(job, zone=ZONE, templates={}).html
    pages = (("slack", slack, SLACK_HEIGHT), ("mail", mail, MAIL_HEIGHT))
    asyncio.run(draw_both(pages))


async def draw_both(pages: Iterable[tuple[str, str, int]]) -> None:
    async with opened_browser() as browser:
        for name, page, height in pages:
            with tempfile.TemporaryDirectory() as folder:
                drawn = Path(folder) / f"alert-{WIDTH}"
                await draw(browser, page, drawn, height=height)
                light = drawn.with_name(f"{drawn.name}-light.png").read_bytes()
            picture = IMAGES / f"alert-{name}.png"
            picture.write_bytes(reduce_colors(light))
            print(f"{picture.name}: {picture.stat().st_size / 1000:.0f} kB")


def reduce_colors(png: bytes) -> bytes:
    """Convert a PNG to a palette of its most frequent colors."""
    pixels = _read_pixels(png)
    height, width, _ = pixels.shape
    found, of_pixel, counts = np.unique(
        pixels.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True
    )
    palette = found[np.argsort(counts)[::-1][:COLORS]].astype(np.int32)
    distances = ((found[:, None].astype(np.int32) - palette[None]) ** 2).sum(axis=2)
    nearest = distances.argmin(axis=1).astype(np.uint8)[of_pixel.reshape(-1)]
    rows = np.zeros((height, width + 1), np.uint8)  # each row begins with its filter: none
    rows[:, 1:] = nearest.reshape(height, width)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return _SIGNATURE + b"".join(
        _chunk(kind, data)
        for kind, data in (
            (b"IHDR", header),
            (b"PLTE", palette.astype(np.uint8).tobytes()),
            (b"IDAT", zlib.compress(rows.tobytes(), 9)),
            (b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_SIGNATURE)
    while at < len(png):
        (size,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += size + 12


def _read_pixels(png: bytes) -> np.ndarray:
    """Undo the filters of a PNG with 8 bits a channel; return rows of RGB."""
    chunks = list(_chunks(png))
    width, height, _, kind = struct.unpack_from(">IIBB", dict(chunks)[b"IHDR"])
    channels = {2: 3, 6: 4}[kind]
    packed = zlib.decompress(b"".join(data for name, data in chunks if name == b"IDAT"))
    lines = np.frombuffer(packed, np.uint8).reshape(height, 1 + width * channels)
    rows = np.zeros((height, width, channels), np.uint8)
    above = np.zeros((width, channels), np.uint8)
    for number, line in enumerate(lines):
        above = rows[number] = _unfilter(int(line[0]), line[1:].reshape(width, channels), above)
    return rows[:, :, :3]


def _unfilter(kind: int, line: np.ndarray, above: np.ndarray) -> np.ndarray:
    match kind:
        case 0:
            return line
        case 1:
            return np.cumsum(line, axis=0, dtype=np.uint8)
        case 2:
            return line + above
    row = np.zeros_like(line)
    left = corner = np.zeros(line.shape[1], np.int32)
    for x, (value, up) in enumerate(zip(line, above.astype(np.int32), strict=True)):
        guess = (left + up) // 2 if kind == 3 else _paeth(left, up, corner)
        row[x] = (value + guess) % 256
        left, corner = row[x].astype(np.int32), up
    return row


def _paeth(left: np.ndarray, up: np.ndarray, corner: np.ndarray) -> np.ndarray:
    near = left + up - corner
    distances = np.abs(near - np.stack([left, up, corner]))
    return np.choose(distances.argmin(axis=0), [left, up, corner])


if __name__ == "__main__":
    main()
