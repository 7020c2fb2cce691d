"""How long stored data is kept, as configured."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long data is kept, counted from the time at which it was first seen."""

    entries_after: timedelta = timedelta(days=90)  # with their stories and messages
    identities_after: timedelta = timedelta(days=365)
