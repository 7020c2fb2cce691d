"""Writes logs without secrets, and counts metrics."""

from straitwatch.telemetry.log import configure_logging
from straitwatch.telemetry.metrics import Metrics
from straitwatch.telemetry.reference import metrics_page

__all__ = ["Metrics", "configure_logging", "metrics_page"]
