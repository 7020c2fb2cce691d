"""The exceptions that Straitwatch raises when a caller cannot continue.

Expected failures, such as a feed that does not answer, are values: see `core.model`.

    StraitwatchError
    ├─ ConfigError(problems)     each with file, line, column, message, hint
    ├─ StoreError
    │  ├─ StoreAbsent            no database yet
    │  ├─ StoreUnavailable       retry later
    │  ├─ StoreDamaged           restore a backup
    │  ├─ StoreLost              the SQLite file was deleted or replaced while in use
    │  ├─ StoreBusy              another process uses this SQLite file
    │  └─ SchemaMismatch         run `straitwatch db upgrade`
    └─ UsageError                bad arguments; exit status 2
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from straitwatch.core.model import Problem


class StraitwatchError(Exception):
    """Base of the exceptions that Straitwatch raises on purpose."""


class ConfigError(StraitwatchError):
    """The configuration is invalid; `problems` holds every problem at once."""

    def __init__(self, problems: Sequence["Problem"]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class StoreError(StraitwatchError):
    """The database cannot carry out a request."""


class StoreAbsent(StoreError):  # noqa: N818 - a state, not an error of ours
    """The database does not exist yet, and the command does not create it."""


class StoreUnavailable(StoreError):  # noqa: N818 - a state, not an error of ours
    """The database does not answer; the work may be retried."""


class StoreDamaged(StoreError):  # noqa: N818 - a state, not an error of ours
    """The database file is damaged, or not a database; restore a backup."""


class StoreLost(StoreError):  # noqa: N818 - a state, not an error of ours
    """The SQLite file was deleted or replaced while it was in use."""


class StoreBusy(StoreError):  # noqa: N818 - a state, not an error of ours
    """Another process already uses this SQLite file."""


class SchemaMismatch(StoreError):  # noqa: N818 - a state, not an error of ours
    """The database has the schema of another version; run `straitwatch db upgrade`."""


class UsageError(StraitwatchError):
    """The arguments of a command are invalid; exit status 2."""
