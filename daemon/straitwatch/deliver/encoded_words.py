"""Encodes a mail header that is not ASCII as encoded words (RFC 2047).

The standard library loses blanks between two encoded words, in another way with each version of
Python (CPython issues 120930 and 144156).
"""

from base64 import b64encode
from collections.abc import Iterator

_MAX_LINE = 76  # characters, by RFC 2047; a word of 75 and the blank before it
_MAX_WORD = 75
_START, _END = "=?utf-8?b?", "?="


def encode_header(name: str, value: str) -> bytes:
    """Return a complete header line; `value` has no line breaks."""
    is_plain = value.isascii() and "=?" not in value
    if is_plain and len(f"{name}: {value}") <= _MAX_LINE:
        return f"{name}: {value}\r\n".encode("ascii")
    pieces = _pieces(value, first=_room(len(f"{name}: ")), later=_room(1))
    words = [f"{_START}{b64encode(piece).decode('ascii')}{_END}" for piece in pieces]
    return f"{name}: ".encode("ascii") + "\r\n ".join(words).encode("ascii") + b"\r\n"


def _room(indent: int) -> int:
    """Return how many bytes of text fit into an encoded word on a line after an indent."""
    letters = min(_MAX_WORD, _MAX_LINE - indent) - len(_START) - len(_END)
    return letters // 4 * 3  # base64


def _pieces(value: str, *, first: int, later: int) -> Iterator[bytes]:
    """Split text between characters into pieces of UTF-8, each for one encoded word."""
    piece, room = b"", first
    for character in value:
        more = character.encode("utf-8", "replace")
        if len(piece) + len(more) > room:
            yield piece
            piece, room = b"", later
        piece += more
    yield piece
