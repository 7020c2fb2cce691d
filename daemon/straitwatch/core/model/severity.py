"""The urgency of a match."""

from enum import StrEnum


class Severity(StrEnum):
    """The urgency of a match; compare by `rank`, because the names do not sort."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low up to 3 for critical."""
        return list(Severity).index(self)

    @property
    def raised(self) -> "Severity":
        """The next higher severity; critical remains critical."""
        return list(Severity)[min(self.rank + 1, Severity.CRITICAL.rank)]
