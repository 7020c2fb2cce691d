"""The examples in `docs/reference/json.md` are answers that the commands give."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from straitwatch.cli import app

PAGE = Path(__file__).parents[2] / "docs/reference/json.md"
WATCHLIST = """\
watchlists:
  - id: strait-crossings
    title: Ships through the Strait
    match: [Taiwan Strait]
"""
WIRE = """\
<rss version="2.0"><channel><title>Wire</title><item>
<link>https://news.example/1</link><title>Fleet crosses the Taiwan Strait</title>
<pubDate>Tue, 01 Sep 2026 06:00:00 GMT</pubDate>
</item></channel></rss>
"""


def blocks(heading: str) -> list[str]:
    """Return the examples under a heading of the page."""
    _, _, section = PAGE.read_text(encoding="utf-8").partition(f"\n## `{heading}`\n")
    return re.findall(r"```json\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)


def answers(*arguments: str, given: str = "") -> list[dict]:
    result = CliRunner().invoke(app, [*arguments, "--json"], input=given)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("heading", "arguments"),
    [
        ("match --json", ("match",)),
        ("cluster --json", ("cluster",)),
        ("cluster --pairs --json", ("cluster", "--pairs")),
    ],
)
def test_json_page_shows_the_answer_to_its_example(
    heading: str, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    given, promised = blocks(heading)
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists/list.yaml").write_text(WATCHLIST, encoding="utf-8")

    shown = answers(*arguments, "--config", str(tmp_path), given=given)

    assert shown == [json.loads(line) for line in promised.splitlines()]


def test_json_page_shows_the_entries_of_a_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (promised,) = blocks("parse FILE... --json")
    (tmp_path / "wire.xml").write_text(WIRE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    (shown,) = answers("parse", "wire.xml")

    expected = json.loads(promised)
    assert len(shown["entries"][0]["id"]) == len(expected["entries"][0].pop("id"))
    shown["entries"][0].pop("id")
    assert shown == expected
