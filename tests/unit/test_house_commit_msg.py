"""`./dev commit-msg FILE` checks the form of a commit message."""

import shutil
import subprocess
from pathlib import Path

import pytest

DEV = Path(__file__).parents[2] / "dev"
BASH = shutil.which("bash") or "/bin/bash"


def check(path: Path, message: str) -> subprocess.CompletedProcess[str]:
    file = path / "COMMIT_EDITMSG"
    file.write_text(message, encoding="utf-8")
    command = [BASH, str(DEV), "commit-msg", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "message",
    [
        "store: read marks in one query\n",
        "core/match: keep the order of hits\n\nTwo hits at one place changed places.\n",
        "# a comment of git\nstore: read marks in one query\n# another one\n",
        "fixup! store: read marks in one query\n",
        "Merge branch 'marks'\n",
    ],
)
def test_commit_message_of_the_expected_form_is_accepted(tmp_path: Path, message: str) -> None:
    assert check(tmp_path, message).returncode == 0


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ("Read marks in one query\n", "begin with an area"),
        ("", "begin with an area"),
        ("store: " + "m" * 54 + "\n", "has 61 characters"),
        ("store: read marks.\n", "without a full stop"),
        ("store: read marks\nin one query\n", "second line blank"),
    ],
)
def test_commit_message_of_another_form_is_refused(
    tmp_path: Path, message: str, problem: str
) -> None:
    checked = check(tmp_path, message)

    assert checked.returncode == 1
    assert problem in checked.stderr
