"""The words for the reasons of decisions."""

import pytest

from straitwatch.config import reasons_page
from straitwatch.core.model import DeliveryState, Reason
from straitwatch.core.reasons import REASONS


@pytest.mark.parametrize("reason", Reason)
def test_reason_has_words_for_messages_and_for_people_who_ask_why(reason: Reason) -> None:
    text = REASONS[reason]

    assert text.action
    assert text.short
    assert text.long
    assert not text.long.endswith(".")  # it continues a sentence of `why`
    assert not text.detail or text.detail.endswith(".")


@pytest.mark.parametrize("name", [*Reason, *DeliveryState])
def test_reasons_page_lists_every_reason_and_state(name: str) -> None:
    assert f"\n| `{name}` | " in reasons_page()


def test_reasons_page_has_no_row_that_breaks_its_table() -> None:
    rows = [line for line in reasons_page().splitlines() if line.startswith("|")]

    assert {row.count("|") for row in rows} == {3, 4}
