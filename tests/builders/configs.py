"""Build configuration directories and feed documents."""

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

WATCHLISTS = """\
watchlists:
  - id: taiwan-policy
    title: Taiwan policy
    match: [Taiwan Strait]
    severity: [{level: high, when: "title:blockade"}, {level: normal}]
  - id: china-russia-military
    title: China-Russia military cooperation
    match: [(Russia NEAR/10 China) AND (drill OR paratroop*)]
"""


def write_config(
    directory: Path,
    *,
    feeds: Mapping[str, str],
    receivers: Mapping[str, Any] | None = None,
    routes: Sequence[Mapping[str, Any]] | None = None,
    watchlists: str = WATCHLISTS,
    **settings: Any,
) -> Path:
    """Write a complete configuration and return its directory."""
    config = directory / "config"
    (config / "watchlists").mkdir(parents=True, exist_ok=True)
    (config / "watchlists" / "lists.yaml").write_text(watchlists, encoding="utf-8")
    rows = [{"name": name, "url": url, "language": "en"} for name, url in feeds.items()]
    (config / "feeds.yaml").write_text(yaml.safe_dump({"feeds": rows}), encoding="utf-8")
    names = list(receivers or {"terminal": {"url": "terminal://"}})
    main: dict[str, Any] = {
        "database": f"sqlite:///{directory / 'straitwatch.db'}",
        "timezone": "Asia/Taipei",
        "receivers": dict(receivers or {"terminal": {"url": "terminal://"}}),
        "routes": list(routes or [{"match": {}, "send": names}]),
        "polling": {
            "interval": "1s",
            "min_interval": "1s",
            "contact": "tests@example.org",
            "allow_private_addresses": True,
        },
        "pages": {"full_text": "never", "watch_edits": "0s"},  # the links of entries lead nowhere
        "web": {"listen": "127.0.0.1:0"},
    }
    main.update(settings)
    (config / "straitwatch.yaml").write_text(yaml.safe_dump(main), encoding="utf-8")
    return config


# It matches no list and ends a feed's first fetch, so that the next entries can alert.
CALM = ("calm", "A calm day at the harbor", "The sea was flat.")


def rss(*items: tuple[str, str, str], title: str = "Example Wire") -> bytes:
    """Make a feed of (guid, title, description) items."""
    body = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><title>{headline}</title>"
        f"<link>https://news.example/{guid}</link><description>{text}</description></item>"
        for guid, headline, text in items
    )
    return textwrap.dedent(
        f"""<?xml version="1.0" encoding="utf-8"?>
        <rss version="2.0"><channel><title>{title}</title>{body}</channel></rss>"""
    ).encode()
