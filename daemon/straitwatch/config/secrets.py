"""Reads and writes `secrets.env`, the variables of a configuration that only its owner can read.

The form is that of systemd and Docker: a line `NAME=value` for each variable.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from straitwatch.core.model import Problem
from straitwatch.ownership import give_to_owner

SECRETS = "secrets.env"
_OWNER_ONLY = 0o600
_LINE = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)")


def with_secrets(directory: Path, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment, with the variables of secrets.env that it does not set itself."""
    given = {name: value for name, value in environ.items() if value}
    return {**read_secrets(directory), **given}


def read_secrets(directory: Path) -> dict[str, str]:
    """Return the variables of secrets.env; none if this user cannot read it."""
    try:
        text = (directory / SECRETS).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    return dict(_pairs(text))


def unreadable_secrets(directory: Path) -> Iterator[Problem]:
    """Yield a warning if there is a secrets.env that this user cannot read."""
    path = directory / SECRETS
    try:
        if not path.exists() or os.access(path, os.R_OK):
            return
        owner = path.owner()
    except (KeyError, OSError):
        return
    yield Problem(
        position=None,
        message=f"{path} cannot be read by this user",
        hint=f"run the command as its owner: `sudo -u {owner} straitwatch …`; "
        "in a container, pass the file as an env file",
        is_warning=True,
    )


def write_secrets(directory: Path, values: Mapping[str, str]) -> Path:
    """Set variables in secrets.env; its other lines and its owner stay, who alone can read it."""
    path = directory / SECRETS
    kept = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = [line for line in kept if _name(line) not in values]
    lines = [*kept, *(f"{name}={value}" for name, value in values.items())]
    beside = path.with_name(f"{SECRETS}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY), "w") as out:
        out.write("".join(f"{line}\n" for line in lines))
    give_to_owner(beside, of=path if path.exists() else directory)
    beside.replace(path)
    return path


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if found := _LINE.fullmatch(line):
            yield found["name"], _unquoted(found["value"].strip())


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if is_quoted else value


def _name(line: str) -> str:
    found = _LINE.fullmatch(line)
    return found["name"] if found else ""
