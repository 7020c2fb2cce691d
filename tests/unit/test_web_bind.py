"""Where the status page listens."""

import pytest

from straitwatch.web import bind


@pytest.mark.parametrize("listen", ["127.0.0.1:99999", "127.0.0.1:web", "nowhere", "é" * 70 + ":0"])
def test_an_address_that_is_none_is_refused_like_one_that_is_taken(listen: str) -> None:
    with pytest.raises(OSError, match="not an address to listen on"):
        bind(listen)


def test_an_address_that_is_taken_is_refused() -> None:
    with bind("127.0.0.1:0") as first, pytest.raises(OSError, match="in use"):
        bind(f"127.0.0.1:{first.getsockname()[1]}")
