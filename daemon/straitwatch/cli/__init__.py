"""The command line: what people type, and what it answers.

Data goes to stdout, logs and progress to stderr. Exit status: 0 fine, 1 something is wrong,
2 bad usage or configuration. Each command has a module of its own beside this one.
"""

import gc
import os
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module

import typer

from straitwatch.cli.console import new_console
from straitwatch.cli.root import app
from straitwatch.errors import ConfigError, StoreError, UsageError

# In the order of `--help`. Only the module of the command that is typed gets imported: the daemon's
# libraries take a second that `match` in a pipe should not wait for.
_MODULES = {
    "run": "run",
    "demo": "demo",
    "init": "init",
    "check": "check",
    "status": "status",
    "why": "why",
    "mark": "mark",
    "backtest": "backtest",
    "replay": "replay",
    "shadow": "shadow",
    "terms": "terms",
    "review": "review",
    "match": "match",
    "cluster": "cluster",
    "parse": "parse",
    "feeds": "feeds",
    "stories": "stories",
    "alerts": "stories",
    "outbox": "outbox",
    "receiver": "receiver",
    "silence": "silence",
    "route": "route",
    "render": "render",
    "db": "database",
    "doctor": "doctor",
}


def main() -> None:
    """Run one command; expected trouble becomes one clear message and an exit status."""
    # Compiling lists makes a hundred thousand small objects that stay: looking through them again
    # and again took 12 % of `why` and `check`.
    gc.set_threshold(50_000, 20, 20)
    # Vectors are short: on a busy machine two threads waiting for each other took twice the CPU.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        application(sys.argv[1:])()
    except (ConfigError, UsageError) as error:
        _complain(error)
        sys.exit(2)
    except StoreError as error:
        _complain(error)
        sys.exit(1)


def application(arguments: Sequence[str]) -> typer.Typer:
    """Return the command line with the command that is typed, or with all if that is not clear."""
    typed = _MODULES.get(arguments[0]) if arguments else None
    for module in [typed] if typed else dict.fromkeys(_MODULES.values()):
        _add(module)
    return app


@cache
def _add(module: str) -> None:
    import_module(f"straitwatch.cli.{module}").register(app)


def _complain(error: Exception) -> None:
    new_console(stderr=True).print(str(error), markup=False, highlight=False, soft_wrap=True)
