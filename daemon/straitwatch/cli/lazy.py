"""Imports a command when you type it, and suggests the nearest name for a mistyped one."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from straitwatch.cli.registry import COMMANDS
from straitwatch.errors import UsageError

HELP_OPTIONS = ["-h", "--help"]


def new_app(**options: Any) -> typer.Typer:
    """Return the application of one command, or of one group of commands."""
    return typer.Typer(
        cls=CommandGroup,
        add_completion=False,
        no_args_is_help=True,
        rich_markup_mode="markdown",
        context_settings={"help_option_names": HELP_OPTIONS},
        **options,
    )


@cache
def load_command(name: str) -> Any:
    """Import a command of the table."""
    command: Any = get_command(import_module(f"straitwatch.cli.{COMMANDS[name].module}").app)
    command.name, command.rich_help_panel = name, COMMANDS[name].panel
    return command


class CommandGroup(TyperGroup):
    """A group that answers a mistyped command with the nearest name."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that is typed.

        Raises:
            UsageError: there is no such command.
        """
        typed = args[0]
        if typed.startswith("-") or ctx.resilient_parsing or self.get_command(ctx, typed):
            return super().resolve_command(ctx, args)
        path = _path(ctx)
        raise UsageError(_no_such(path, typed, self._suggestions(ctx, path, typed)))

    def _suggestions(self, ctx: Any, path: list[str], typed: str) -> list[str]:
        found = get_close_matches(typed, self.list_commands(ctx), n=1)
        return [" ".join([*path, name]) for name in found]


class LazyGroup(CommandGroup):
    """The commands of the table; `--help` lists them without importing their modules."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - as typer calls it
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - as above
        """Import a command, if there is one of this name."""
        return load_command(cmd_name) if cmd_name in COMMANDS else None

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help of the whole program."""
        self._summary().format_help(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return the commands and options that begin with the typed letters."""
        summary = self._summary()
        return summary.shell_complete(type(ctx)(summary, info_name=ctx.info_name), incomplete)

    def _summary(self) -> TyperGroup:
        """Return this group with commands that have only a name and a help text."""
        listed: Mapping[str, Any] = {
            name: TyperCommand(name, help=listing.help, rich_help_panel=listing.panel)
            for name, listing in COMMANDS.items()
        }
        return TyperGroup(
            name=self.name,
            help=self.help,
            epilog=self.epilog,
            params=self.params,
            commands=dict(listed),
            rich_markup_mode="markdown",
        )

    def _suggestions(self, ctx: Any, path: list[str], typed: str) -> list[str]:
        """Return the nearest command, or else a subcommand of this name in any group."""
        return super()._suggestions(ctx, path, typed) or list(_subcommands_named(ctx, typed))


def _path(ctx: Any) -> list[str]:
    """Return the names of the groups that were typed, without the program's own."""
    names = []
    while ctx.parent is not None:
        names.append(ctx.info_name)
        ctx = ctx.parent
    return names[::-1]


def _subcommands_named(ctx: Any, typed: str) -> Iterator[str]:
    for name in COMMANDS:
        group = load_command(name)
        if isinstance(group, TyperGroup) and typed in group.list_commands(ctx):
            yield f"{name} {typed}"


def _no_such(path: list[str], typed: str, suggestions: list[str]) -> str:
    message = f"no such command: {' '.join([*path, typed])}"
    if not suggestions:
        return f"{message}\nhint: see `{' '.join(['straitwatch', *path])} --help`"
    return f"{message}; did you mean {' or '.join(f'`{name}`' for name in suggestions)}?"
