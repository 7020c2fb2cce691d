"""Signed links for any key, delivery and time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from straitwatch.core.signed_links import read_link, sign_link

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DELIVERIES = st.text("0123456789abcdef.r", min_size=1, max_size=20)
STORIES = st.text("0123456789abcdefghijklmnopqrstuvwxyz", max_size=12)
MINUTES = st.integers(-9999, 9999)


@given(key=st.text(min_size=1), delivery=DELIVERIES, story=STORIES, minutes=MINUTES)
def test_link_names_its_delivery_and_story_until_its_end(
    key: str, delivery: str, story: str, minutes: int
) -> None:
    token = sign_link(key, delivery, story_id=story, until=NOW + timedelta(minutes=minutes))

    assert read_link(key, token, NOW) == ((delivery, story) if minutes > 0 else None)


@given(token=st.text())
def test_link_needs_a_key(token: str) -> None:
    with pytest.raises(ValueError, match="key"):
        read_link("", token, NOW)
    with pytest.raises(ValueError, match="key"):
        sign_link("", token, until=NOW)
