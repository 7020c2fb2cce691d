"""A running program takes a new configuration over, or keeps the one it has."""

from contextlib import AsyncExitStack
from pathlib import Path

from straitwatch.app import build_app, load_to_run

FEEDS = "feeds: [{name: CNA, url: 'https://feeds.example/cna.xml'}]\n"


async def test_feeds_go_on_while_their_file_is_away(tmp_path: Path) -> None:
    (tmp_path / "straitwatch.yaml").write_text(f"database: sqlite:///{tmp_path}/a.db\n")
    (tmp_path / "feeds.yaml").write_text(FEEDS)
    async with AsyncExitStack() as stack:
        app = await build_app(load_to_run(tmp_path), stack)
        (tmp_path / "feeds.yaml").rename(tmp_path / "away")

        is_taken_over = await app.reload()

        assert not is_taken_over
        assert [feed.name for feed in app.active.config.feeds] == ["CNA"]
        (tmp_path / "away").rename(tmp_path / "feeds.yaml")
        assert await app.reload()
