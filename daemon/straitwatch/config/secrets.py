"""Reads and writes `secrets.env`, the variables of a configuration that only its owner can read.

The form is that of systemd and Docker: a line `NAME=value` for each variable.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from shlex import quote

from straitwatch.core.model import Position, Problem
from straitwatch.errors import UsageError
from straitwatch.ownership import give_to_owner

SECRETS = "secrets.env"
_OWNER_ONLY = 0o600
_OTHERS = 0o077
_COMMENT = re.compile(r"\s*([#;]|$)")
_LINE = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>.*)")


def with_secrets(directory: Path, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the environment, with the variables of secrets.env that it does not set itself."""
    given = {name: value for name, value in environ.items() if value}
    with suppress(UsageError):  # `secrets_problems` has the reason
        return {**read_secrets(directory), **given}
    return given


def read_secrets(directory: Path) -> dict[str, str]:
    """Return the variables of secrets.env; none if this user cannot read it.

    Raises:
        UsageError: it is not UTF-8.
    """
    with suppress(OSError):
        return dict(_pairs(_read_text(directory / SECRETS)))
    return {}


def secrets_problems(directory: Path, *, is_needed: bool) -> Iterator[Problem]:
    """Yield the problems of secrets.env.

    Args:
        directory: the configuration.
        is_needed: True if a variable is missing; then a file of another user is a problem.

    """
    path = directory / SECRETS
    if is_needed:
        yield from _unreadable(path)
    try:
        mode, text = path.stat().st_mode, _read_text(path)
    except OSError:
        return
    except UsageError as error:
        message, _, hint = str(error).partition("\nhint: ")
        yield Problem(position=None, message=message, hint=hint)
        return
    if os.name == "posix" and mode & _OTHERS:
        message = f"{SECRETS} can be read by other users of this computer"
        yield _warning(message, f"`chmod 600 {quote(str(path))}`")
    for number, line in enumerate(text.splitlines(), start=1):
        if not _COMMENT.match(line) and not _LINE.fullmatch(line):
            message = "this line sets no variable"
            yield _warning(message, "write NAME=value, without spaces around `=`", number)


def _warning(message: str, hint: str, line: int = 0) -> Problem:
    place = Position(file=SECRETS, line=line, column=1) if line else None
    return Problem(position=place, message=message, hint=hint, is_warning=True)


def _unreadable(path: Path) -> Iterator[Problem]:
    """Yield a warning if there is a file that this user cannot read."""
    try:
        if not path.exists() or os.access(path, os.R_OK):
            return
        owner = path.owner()
    except (KeyError, OSError):
        return
    yield _warning(
        f"{path} cannot be read by this user",
        f"run the command as its owner: `sudo -u {owner} straitwatch …`; "
        "in a container, pass the file as an env file",
    )


def _read_text(path: Path) -> str:
    """Read the file, perhaps with the mark that some editors put at its beginning."""
    body = path.read_bytes()
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{SECRETS}:{line}: not UTF-8: byte 0x{body[error.start]:02x} cannot be read\n"
            "hint: save the file as UTF-8 in your editor"
        ) from error


def write_secrets(directory: Path, values: Mapping[str, str]) -> Path:
    """Set variables in secrets.env; its other lines and its owner stay, who alone can read it."""
    path = directory / SECRETS
    kept = _read_text(path).splitlines() if path.exists() else []
    kept = [line for line in kept if _name(line) not in values]
    lines = [*kept, *(f"{name}={value}" for name, value in values.items())]
    beside = path.with_name(f"{SECRETS}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write("".join(f"{line}\n" for line in lines))
        give_to_owner(descriptor, of=path if path.exists() else directory)
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
