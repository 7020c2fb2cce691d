"""Computes index keys of URLs and titles, and splits long lists of ids."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
CHUNK = 500  # ids in one IN (...), far below the parameter limit of every engine


def url_key(url: str) -> bytes | None:
    """Return the fixed-length index key of a URL; None for an empty one."""
    return blake2b(url.encode(), digest_size=16).digest() if url else None


def title_key(title: str) -> bytes:
    """Return the index key of a title; case and spaces make no difference."""
    return blake2b(" ".join(title.casefold().split()).encode(), digest_size=8).digest()


def in_chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Yield the values in lists that fit one statement."""
    rest = iter(values)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
