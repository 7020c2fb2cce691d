"""The exceptions that Straitwatch raises.

Expected failures (a feed that does not answer, a refused message) are values, not exceptions:
see `core.model`. What stands here is for callers who cannot go on:

    StraitwatchError
    ├─ ConfigError(problems)     each with file, line, column, what is wrong, a hint
    ├─ StoreError
    │  ├─ StoreAbsent            nothing was stored yet
    │  ├─ StoreUnavailable       retry later
    │  ├─ StoreBusy              another process holds this SQLite file
    │  └─ SchemaMismatch         run `straitwatch db upgrade`
    └─ UsageError                bad arguments; exit status 2
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from straitwatch.core.model import Problem


class StraitwatchError(Exception):
    """Base of everything that Straitwatch raises on purpose."""


class ConfigError(StraitwatchError):
    """The configuration is refused; `problems` says where and why, all at once."""

    def __init__(self, problems: Sequence["Problem"]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class StoreError(StraitwatchError):
    """The database cannot do what was asked."""


class StoreAbsent(StoreError):  # noqa: N818 - a state, not an error of ours
    """There is no database yet, and nobody asked to make one."""


class StoreUnavailable(StoreError):  # noqa: N818 - a state, not an error of ours
    """The database does not answer; the work may be retried."""


class StoreBusy(StoreError):  # noqa: N818 - a state, not an error of ours
    """Another process already works on this SQLite file."""


class SchemaMismatch(StoreError):  # noqa: N818 - a state, not an error of ours
    """The database has another schema than this version; run `straitwatch db upgrade`."""


class UsageError(StraitwatchError):
    """The command was called with arguments that make no sense; exit status 2."""
