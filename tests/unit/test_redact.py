"""Addresses are shown without their secrets."""

import pytest

from builders.store import make_feed
from straitwatch.core.redact import (
    feed_secrets,
    redact_address,
    redact_parameters,
    redact_secrets,
)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://desk:pa@ss@news.example/rss", "https://***@news.example/rss"),
        ("https://a-token@news.example/rss", "https://***@news.example/rss"),
        (
            "https://news.example/rss?api_key=s3&page=2",
            "https://news.example/rss?api_key=***&page=2",
        ),
        (
            "https://news.example/rss?page=2;TOKEN=s3#top",
            "https://news.example/rss?page=2;TOKEN=***#top",
        ),
        (
            "https://news.example/rss?user=a%40b&pass=s3",
            "https://news.example/rss?user=a%40b&pass=***",
        ),
    ],
)
def test_address_is_shown_without_login_and_secret_parameters(address: str, shown: str) -> None:
    assert redact_address(address) == shown


@pytest.mark.parametrize(
    "address",
    ["https://news.example/@desk/rss?q=taiwan&page=2", "https://news.example/rss?keyword=a", ""],
)
def test_address_without_a_secret_is_shown_unchanged(address: str) -> None:
    assert redact_address(address) == address


def test_address_of_a_database_keeps_its_user_and_host() -> None:
    address = "postgresql+psycopg://desk@db.example/news?password=s3&connect_timeout=3"

    shown = "postgresql+psycopg://desk@db.example/news?password=***&connect_timeout=3"
    assert redact_parameters(address) == shown


def test_secrets_of_a_feed_are_its_login_parameters_and_headers() -> None:
    feed = make_feed(
        url="https://desk:pass-word@news.example/rss?key=s3cret&q=taiwan",
        headers=(("Authorization", "Bearer hidden"), ("Accept-Language", "en")),
    )

    found = list(feed_secrets(feed))

    assert found == ["desk:pass-word", "desk", "pass-word", "s3cret", "Bearer hidden"]


@pytest.mark.parametrize(
    ("secret", "text", "shown"),
    [
        ("p", "login of p failed unexpectedly", "login of *** failed unexpectedly"),
        ("p@ss!", "the password p@ss! is wrong", "the password *** is wrong"),
        ("hidden-pw", "user=deskhidden-pw7", "user=desk***7"),
        ("", "unchanged", "unchanged"),
    ],
)
def test_short_secret_is_redacted_as_a_word_only(secret: str, text: str, shown: str) -> None:
    assert redact_secrets(text, [secret]) == shown
