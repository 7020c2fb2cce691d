"""The lock files: everything pinned and hashed, no address and no machine in them."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
_NAME = re.compile(r"^([a-z0-9][a-z0-9.-]*)==(\S+)")


def _blocks(name: str) -> dict[str, str]:
    """Return the text of each requirement, by package and version."""
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.split(r"(?m)^(?=[^\s#])", text)
    return {match[0]: block for block in blocks if (match := _NAME.match(block))}


def _project() -> dict[str, list[str]]:
    with (ROOT / "pyproject.toml").open("rb") as stream:
        project = tomllib.load(stream)
    groups = project["dependency-groups"]
    named = {
        "requirements.lock": project["project"]["dependencies"]
        + project["project"]["optional-dependencies"]["postgres"]
        + project["project"]["optional-dependencies"]["languages"],
        "requirements-dev.lock": groups["build"] + groups["docs"] + groups["dev"],
    }
    return {
        lock: [
            re.split(r"[^\w.-]", wanted)[0].lower().replace("_", "-")
            for wanted in requirements
            if isinstance(wanted, str)
        ]
        for lock, requirements in named.items()
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_and_has_a_hash(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    requirements = [line for line in lines if line and not line.startswith((" ", "#"))]

    assert len(requirements) == len(_blocks(lock)) > 0
    assert all("--hash=sha256:" in block for block in _blocks(lock).values())


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_no_address_and_no_path(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")

    assert not re.findall(
        r"\w+://|^-\S|--(?!hash=)\S+-url|find-links|(?<=\s)/\w+", text, re.MULTILINE
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_has_what_the_project_asks_for(lock: str) -> None:
    locked = {name.partition("==")[0] for name in _blocks(lock)}

    assert set(_project()[lock]) <= locked


def test_development_lock_holds_the_very_versions_that_users_get() -> None:
    assert set(_blocks("requirements.lock")) <= set(_blocks("requirements-dev.lock"))


def test_lock_files_are_two() -> None:
    others = {"uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml"}

    assert {path.name for path in ROOT.glob("*.lock")} == set(LOCKS)
    assert not [name for name in others if (ROOT / name).exists()]
