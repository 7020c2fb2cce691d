"""Where commands print for people."""

from typing import Any

from rich.console import Console


def new_console(**options: Any) -> Console:
    """Return a console that shows text as it is: `feeds.yaml:100:24` holds no emoji."""
    return Console(emoji=False, **options)
