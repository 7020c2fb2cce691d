"""Explains why a file of a configuration cannot be written."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from straitwatch.errors import UsageError

_READ_ONLY = (
    "it is mounted read-only; edit it outside, and the daemon reloads it, or mount it without `:ro`"
)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a failure to write a path into a message with a remedy.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        yield
    except OSError as error:
        place = error.filename or path
        raise UsageError(
            f"{place} cannot be written: {error.strerror}\nhint: {_hint(path, error)}"
        ) from error


def _hint(path: Path, error: OSError) -> str:
    if error.errno == errno.EROFS:
        return _READ_ONLY
    if error.errno in (errno.EACCES, errno.EPERM) and (owner := _owner(path)):
        return f"{owner} can write it: `sudo -u {owner} straitwatch …`"
    return "name another directory, or make room"


def _owner(path: Path) -> str:
    """Return the owner of the nearest directory that exists."""
    for place in (path, *path.parents):
        try:
            return place.owner()
        except (KeyError, OSError):  # a user without a name, or no such file yet
            continue
    return ""
