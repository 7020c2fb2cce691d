"""Sends messages: one driver for each receiver, one of five outcomes for each attempt.

    Receiver -> open_driver -> render (once) -> send -> SendResult

Slack and mail have their own drivers; all other services go through Apprise, whose URLs name
receivers. Sends block, so they run in threads: see `SenderThreads`.
"""

from straitwatch.deliver.driver import Driver
from straitwatch.deliver.receivers import (
    check_user_templates,
    load_templates,
    open_driver,
    validate_receiver,
)
from straitwatch.deliver.threads import SenderThreads

__all__ = [
    "Driver",
    "SenderThreads",
    "check_user_templates",
    "load_templates",
    "open_driver",
    "validate_receiver",
]
