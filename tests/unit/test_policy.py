"""How long a message is tried, by the way in which it is sent."""

from datetime import timedelta

import pytest

from straitwatch.core.model import DriverKind
from straitwatch.core.policy import give_up_after

HOUR = timedelta(hours=1)


@pytest.mark.parametrize("kind", sorted(set(DriverKind) - {DriverKind.SMTP}))
def test_message_is_tried_for_a_day(kind: DriverKind) -> None:
    assert give_up_after(kind) == 24 * HOUR


def test_mail_is_tried_for_two_days() -> None:
    assert give_up_after(DriverKind.SMTP) == 48 * HOUR


def test_message_waits_two_days_for_a_receiver_that_is_not_set_up() -> None:
    assert give_up_after(None) == 48 * HOUR
