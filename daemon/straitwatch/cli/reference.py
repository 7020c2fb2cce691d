"""Makes the pages of docs/reference: the commands here, the others in the packages they describe.

`python -m straitwatch.cli.reference docs/reference` writes them.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from straitwatch.cli.lazy import load_command
from straitwatch.cli.registry import COMMANDS
from straitwatch.config import reasons_page, reference_page
from straitwatch.telemetry import metrics_page

_INTRODUCTION = """\
# Commands

Every command takes `--help`. Data goes to stdout, logs and progress to stderr. The exit status is 0
if all is fine, 1 if the command found something wrong, and 2 if the arguments or the configuration
are wrong. For example, `straitwatch check && sudo systemctl restart straitwatch` restarts the
daemon only on a valid configuration.

`./dev docs` makes this page from the program; edit the help texts in `daemon/straitwatch/cli/`.
"""
_PLACEHOLDERS = {"str": "TEXT", "Path": "PATH", "path": "PATH", "int": "NUMBER", "float": "NUMBER"}
_EXAMPLE = re.compile(r"`(straitwatch[^`]*|[^`]*\| *straitwatch[^`]*)`")


def reference_pages() -> dict[str, str]:
    """Make every generated page, by file name."""
    return {
        "commands.md": commands_page(),
        "configuration.md": reference_page(),
        "metrics.md": metrics_page(),
        "reasons.md": reasons_page(),
    }


def write_reference_pages(directory: Path) -> None:
    """Write the pages that `mkdocs build` and the tests expect."""
    for name, text in reference_pages().items():
        (directory / name).write_text(text, encoding="utf-8")


def commands_page() -> str:
    """Make the text of docs/reference/commands.md."""
    panels: dict[str, list[str]] = {}
    for name, listing in COMMANDS.items():
        sections = panels.setdefault(listing.panel, [])
        sections += _sections(f"straitwatch {name}", load_command(name))
    parts = [_INTRODUCTION]
    for panel, sections in panels.items():
        parts += [f"## {panel}\n", *sections]
    return "\n".join(parts)


def _sections(path: str, command: object) -> Iterator[str]:
    """Yield the text about a command, or about a group and each of its commands."""
    match command:
        case TyperGroup():
            yield f"### `{path}`\n\n{_help(command)}\n"
            for name, member in command.commands.items():
                yield from _command_sections(f"{path} {name}", member, "####")
        case _:
            yield from _command_sections(path, command, "###")


def _command_sections(path: str, command: Any, heading: str) -> Iterator[str]:
    context = command.context_class(command)
    yield f"{heading} `{path}`\n\n{_help(command)}\n"
    rows = [_row(parameter, context) for parameter in command.params if not _is_hidden(parameter)]
    if rows:
        yield (
            "\n".join(["| argument or option | default | meaning |", "|---|---|---|", *rows]) + "\n"
        )
    if examples := _EXAMPLE.findall(command.epilog or ""):
        yield "```sh\n" + "\n".join(examples) + "\n```\n"


def _help(command: TyperCommand | TyperGroup) -> str:
    return re.sub(r"(?<!\n)\n(?!\n)", " ", (command.help or "").strip())


def _is_hidden(parameter: object) -> bool:
    return bool(getattr(parameter, "hidden", False))


def _row(parameter: Any, context: Any) -> str:
    meaning = " ".join(str(parameter.help or "").split())
    if choices := _choices(parameter):
        meaning += f" One of {', '.join(f'`{choice}`' for choice in choices)}."
    if parameter.multiple:
        meaning += " Repeatable." if "repeat" not in meaning else ""
    if parameter.envvar:
        meaning += f" Environment variable: `{parameter.envvar}`."
    cells = (_name(parameter, context), _default(parameter), meaning)
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _choices(parameter: TyperOption | TyperArgument) -> list[str]:
    return [str(choice.value) for choice in parameter.type_descriptor.choices or ()]


def _name(parameter: TyperOption | TyperArgument, context: Any) -> str:
    """Return how a parameter is typed: `--days NUMBER`, or `FILE`."""
    if isinstance(parameter, TyperArgument):
        name = parameter.metavar or (parameter.name or "").upper()
        return f"`{name}`"
    names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
    if parameter.is_flag:
        return names
    return f"{names} `{parameter.metavar or _placeholder(parameter, context)}`"


def _placeholder(parameter: TyperOption, context: Any) -> str:
    shown = parameter.display_type(context).strip("<>")
    shown = shown.removeprefix("list[").removesuffix("]").removesuffix(" range")
    return _PLACEHOLDERS.get(shown, "VALUE" if _choices(parameter) else shown.upper())


def _default(parameter: TyperOption | TyperArgument) -> str:
    if parameter.required:
        return "required"
    match parameter.default:
        case None | "" | False | () | []:
            return ""
        case True:
            return "on"
        case Path() as path:
            return f"`{path.as_posix()}`"
        case value:
            return f"`{getattr(value, 'value', value)}`"


if __name__ == "__main__":
    write_reference_pages(Path(sys.argv[1]))
