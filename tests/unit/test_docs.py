"""What the documents promise to list, they list."""

import json
import re
from pathlib import Path

from typer.testing import CliRunner

from straitwatch.cli import application
from straitwatch.core.model import Reason

ROOT = Path(__file__).parents[2]


def test_every_reason_has_a_line_in_the_reference() -> None:
    text = (ROOT / "docs/reference/reasons.md").read_text(encoding="utf-8")

    assert [reason for reason in Reason if f"| `{reason}` |" not in text] == []


def test_every_room_stands_in_the_architecture_page() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    package = ROOT / "daemon/straitwatch"
    rooms = [path.stem for path in (*package.iterdir(), *(package / "core").iterdir())]

    missing = [room for room in rooms if not room.startswith(("_", "py")) and room not in text]

    assert missing == []


def test_the_shortest_list_of_the_readme_fires_on_the_headline_below_it(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (shortest,) = re.findall(r"```yaml\n(watchlists:.*?)```", text, re.DOTALL)
    (line,) = re.findall(r"^echo '(.*)' \| straitwatch match --json$", text, re.MULTILINE)
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists/list.yaml").write_text(shortest, encoding="utf-8")
    arguments = ["match", "--json", "--config", str(tmp_path)]

    result = CliRunner().invoke(application(arguments), arguments, input=line)

    assert [match["watchlist"] for match in json.loads(result.stdout)["matches"]] == [
        "strait-crossings"
    ]
