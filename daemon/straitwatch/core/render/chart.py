"""Draws the timeline of a digest: a small PNG for mail, and a line of text for the rest."""

import struct
import zlib

from straitwatch.core.model import Timeline
from straitwatch.core.plural import counted
from straitwatch.core.render.text import LocalTimes

WIDTH, HEIGHT = 544, 64  # pixels of the layout; the picture has twice as many
_SCALE = 2
_SHORTEST = 4  # bars; fewer say nothing
_GAP = 2  # pixels between two bars
_BLOCKS = "▁▂▃▄▅▆▇█"
_MOST_BLOCKS = 12  # in a line on a phone
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PALETTE = bytes.fromhex("0000004a7fb598a2b3")  # transparent, bar, line: on light and dark
_TRANSPARENT, _BAR, _LINE = 0, 1, 2


def has_shape(timeline: Timeline | None) -> bool:
    """Return True if a timeline has enough bars, and reports in several of them."""
    return (
        timeline is not None
        and len(timeline.counts) >= _SHORTEST
        and sum(map(bool, timeline.counts)) > 1
    )


def timeline_text(timeline: Timeline, times: LocalTimes) -> str:
    """Return `Reports: ▁▂█▁ most at 13:00 (14)`; several hours share a block."""
    size = -(-len(timeline.counts) // _MOST_BLOCKS)
    starts = range(0, len(timeline.counts), size)
    sums = [sum(timeline.counts[start : start + size]) for start in starts]
    bars = "".join(_BLOCKS[-(-count * (len(_BLOCKS) - 1) // max(sums))] for count in sums)
    return f"Reports: {bars} {_peak(timeline, times)}"


def timeline_alternative(timeline: Timeline, times: LocalTimes) -> str:
    """Return a sentence that replaces the picture for a screen reader."""
    return f"{counted(sum(timeline.counts), 'report')} over time, {_peak(timeline, times)}"


def _peak(timeline: Timeline, times: LocalTimes) -> str:
    most = max(timeline.counts)
    at = timeline.since_at + timeline.counts.index(most) * timeline.step
    return f"most at {times.show(at)} ({most})"


def timeline_png(timeline: Timeline) -> bytes:
    """Draw bars over a line, in colors that are visible on light and on dark."""
    width, height = WIDTH * _SCALE, HEIGHT * _SCALE
    most, slot = max(timeline.counts), width / len(timeline.counts)
    columns = [0] * width
    for number, count in enumerate(timeline.counts):
        tall = -(-count * (height - _SCALE) // most)
        for x in range(round(number * slot) + _GAP, round((number + 1) * slot) - _GAP):
            columns[x] = tall
    rows = [
        bytes(_BAR if columns[x] >= height - y else _TRANSPARENT for x in range(width))
        for y in range(height - _SCALE)
    ]
    rows += [bytes([_LINE]) * width] * _SCALE
    return _png(width, height, rows)


def _png(width: int, height: int, rows: list[bytes]) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)  # 8 bits, with a palette
    pixels = b"".join(b"\0" + row for row in rows)  # each row begins with its filter: none
    chunks = (
        (b"IHDR", header),
        (b"PLTE", _PALETTE),
        (b"tRNS", b"\0"),
        (b"IDAT", zlib.compress(pixels, 9)),
        (b"IEND", b""),
    )
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
