"""What sort of text a report is, and whether it corrects, denies, confirms or ends something."""

from straitwatch.core.kind.classify import classify_kind
from straitwatch.core.kind.signals import find_signals

__all__ = ["classify_kind", "find_signals"]
