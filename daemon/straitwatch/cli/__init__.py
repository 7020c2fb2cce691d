"""The command line: a module for each command.

Data goes to stdout, logs and progress to stderr. Exit status: 0 fine, 1 the command found a
problem, 2 bad usage or configuration.
"""

import gc
import os
import sys

from straitwatch.cli.root import app
from straitwatch.errors import ConfigError, StoreError, UsageError


def main() -> None:
    """Run one command; an expected failure prints one message and sets the exit status."""
    # Compiling lists creates 100,000 small objects that stay in memory. Garbage collections that
    # scanned them took 12 % of the time of `why` and `check`.
    gc.set_threshold(50_000, 20, 20)
    # Vectors are too short for threads: two of them took twice the CPU time on a busy machine.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app()
    except (ConfigError, UsageError) as error:
        _print_error(error)
        sys.exit(2)
    except StoreError as error:
        _print_error(error)
        sys.exit(1)


def _print_error(error: Exception) -> None:
    from straitwatch.cli.output import print_error  # noqa: PLC0415 - not needed for `--version`

    print_error(str(error))


__all__ = ["app", "main"]
