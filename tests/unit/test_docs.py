"""What the documents promise to list, they list."""

from pathlib import Path

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
