"""Finds the kind of a report's text, and its corrections, denials and confirmations."""

from straitwatch.core.kind.classify import classify_kind
from straitwatch.core.kind.signals import find_signals

__all__ = ["classify_kind", "find_signals"]
