"""Loads the lists of a change: a file, a directory or a git revision."""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from straitwatch.config import Lists, load_lists
from straitwatch.errors import UsageError

_GIT = "git:"


@contextmanager
def changed_lists(change: str, config: Path) -> Iterator[Lists]:
    """Yield the changed lists; without a change those of the directory.

    Raises:
        UsageError: there is no such file, directory or revision.
        ConfigError: the lists are not valid.
    """
    if change.startswith(_GIT):
        with _revision(change.removeprefix(_GIT), config) as directory:
            yield load_lists(directory)
        return
    path = Path(change) if change else config
    if path.is_dir():
        yield load_lists(path)
    elif path.is_file():
        yield load_lists(config, overlay=[path])
    else:
        raise UsageError(
            f"no such file or directory: {path}\n"
            "hint: write a git revision as git:REVISION, for example git:HEAD~1"
        )


@contextmanager
def _revision(revision: str, config: Path) -> Iterator[Path]:
    """Unpack the configuration directory as it was at a git revision."""
    if revision.startswith("-"):
        raise UsageError(f"not a git revision: {revision}")
    command = ["git", "-C", str(config), "archive", "--format=tar", revision, "."]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - no shell
    except OSError as error:
        raise UsageError(f"git cannot be run: {error.strerror}") from error
    if done.returncode:
        cause = done.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise UsageError(f"git has no {revision} of {config}: {cause}")
    with (
        tempfile.TemporaryDirectory(prefix="straitwatch-") as folder,
        tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive,
    ):
        archive.extractall(folder, filter="data")
        yield Path(folder)
