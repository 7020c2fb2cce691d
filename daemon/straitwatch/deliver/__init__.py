"""Messages out: one driver for each receiver, one of five outcomes for each attempt.

    Receiver -> open_driver -> render (once) -> send -> SendResult

Slack and mail have drivers of their own; everything else goes through Apprise, whose URLs are the
language of receivers. Sends block and run in threads of their own: `SenderThreads`.
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
