"""The real program with a store that is killed right after one commit.

DIE_WHEN names the commit: `alert` is the poll that wrote one, and any other word the function
of the store whose commit is meant, such as `freeze`. BEFORE=1 kills before that commit instead,
DIE_AT=3 at the third such commit. CLOCK_SHIFT moves the program's clock by so many seconds.
"""

import os
import signal
import sys
from datetime import timedelta
from functools import partial

from straitwatch import cli
from straitwatch.app.daemon import run_daemon
from straitwatch.cli import run as run_command
from straitwatch.clock import utc_now
from straitwatch.pipeline import commit_poll
from straitwatch.store import Store

WHEN = os.environ.get("DIE_WHEN", "never")
SHIFT = timedelta(seconds=int(os.environ.get("CLOCK_SHIFT", "0")))
BEFORE = os.environ.get("BEFORE") == "1"
passes = iter(range(int(os.environ.get("DIE_AT", "1")) - 1, -1, -1))


def is_meant(fn, answer) -> bool:
    fn = getattr(fn, "func", fn)  # the function of a partial
    if WHEN == "alert":
        return fn is commit_poll and answer.alerts > 0
    return getattr(fn, "__name__", "") == WHEN and bool(answer)


def die() -> None:
    if next(passes, 0):
        return
    os.kill(os.getpid(), signal.SIGKILL)


class DoomedStore:
    """Passes everything on to a real store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)

    async def run(self, fn, *args, **kwargs):
        answer = await self._store.run(self._watched(fn), *args, **kwargs)
        if is_meant(fn, answer):
            die()
        return answer

    def _watched(self, fn):
        if not BEFORE:
            return fn

        def watched(tx, *args, **kwargs):
            answer = fn(tx, *args, **kwargs)
            if is_meant(fn, answer):
                die()
            return answer

        return watched


def open_doomed(url: str, **options) -> DoomedStore:
    return DoomedStore(Store.open(url, **options))


if __name__ == "__main__":
    run_command.run_daemon = partial(
        run_daemon, open_store=open_doomed, clock=lambda: utc_now() + SHIFT
    )
    sys.exit(cli.main())
