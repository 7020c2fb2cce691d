"""The command line: what people type, and what it answers.

Data goes to stdout, logs and progress to stderr. Exit status: 0 fine, 1 something is wrong,
2 bad usage or configuration. Each command has a module of its own beside this one.
"""

import sys

from rich.console import Console

from straitwatch.cli import cluster, match, parse
from straitwatch.cli.root import app
from straitwatch.errors import ConfigError, StoreError, UsageError

for _module in (parse, match, cluster):
    _module.register(app)


def main() -> None:
    """Run one command; expected trouble becomes one clear message and an exit status."""
    try:
        app()
    except (ConfigError, UsageError) as error:
        Console(stderr=True).print(str(error), markup=False, highlight=False)
        sys.exit(2)
    except StoreError as error:
        Console(stderr=True).print(str(error), markup=False, highlight=False)
        sys.exit(1)
