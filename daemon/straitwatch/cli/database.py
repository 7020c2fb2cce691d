"""`db`: the database itself."""

from pathlib import Path
from typing import Annotated

import typer

from straitwatch import store as db
from straitwatch.app.load import load
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, opened
from straitwatch.clock import utc_now
from straitwatch.errors import UsageError
from straitwatch.store import Store

database = typer.Typer(no_args_is_help=True, help="Upgrade, check, back up and prune the database.")


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.add_typer(database, name="db")


@database.command()
def upgrade(config: ConfigDir = DEFAULT_CONFIG) -> None:
    """Create the tables, or bring them up to this version."""
    Store.open(load(config).database, migrate=True).close()
    typer.echo("the database is up to date")


@database.command()
def check(config: ConfigDir = DEFAULT_CONFIG) -> None:
    """Check that schema and outbox are as they must be; exit status 1 if not."""
    store = Store.open(load(config).database, migrate=False)
    try:
        problems = store.call(db.check_outbox, utc_now())
    finally:
        store.close()
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)
    typer.echo("ok")


@database.command()
def backup(
    target: Annotated[Path, typer.Argument(help="The file to write; must not exist.")],
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Copy a SQLite database while the daemon goes on working."""
    if target.exists():
        raise UsageError(f"{target} exists already\nhint: name a new file")
    with opened(config) as (_, store):
        if store.dialect != "sqlite":
            raise UsageError("this backs up SQLite only\nhint: use pg_dump for PostgreSQL")
        store.backup(target)
    typer.echo(f"written to {target}")


@database.command()
def prune(config: ConfigDir = DEFAULT_CONFIG) -> None:
    """Delete what is older than `retention` says: entries that no feed lists, stories, messages."""
    now, gone = utc_now(), dict.fromkeys(("entries", "messages", "stories"), 0)
    with opened(config) as (loaded, store):
        keep = loaded.retention.entries_after
        while count := store.call(db.prune, now=now, entries_after=keep, limit=500):
            gone["entries"] += count
        while count := store.call(db.prune_messages, now=now, after=keep, limit=500):
            gone["messages"] += count
        while count := store.call(db.prune_stories, now=now, after=keep, limit=500):
            gone["stories"] += count
    typer.echo(", ".join(f"{count} {name}" for name, count in gone.items()) + " deleted")
