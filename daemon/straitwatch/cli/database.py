"""`db`: upgrade, check, back up, restore and prune the database."""

import os
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from straitwatch import store as db
from straitwatch.cli.last_valid import opened_to_read
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, load_quickly, opened
from straitwatch.cli.output import zone_time
from straitwatch.clock import utc_now
from straitwatch.config import configured_store
from straitwatch.errors import StoreDamaged, UsageError
from straitwatch.store import Store

app = new_app(help="Upgrade, check, back up, restore and prune the database.")


@app.command(epilog="Example:  `straitwatch db upgrade`")
def upgrade(config: ConfigDir = DEFAULT_CONFIG) -> None:
    """Create the tables, or upgrade them to this version."""
    Store.open(load_quickly(config).database, migrate=True).close()
    typer.echo("the database is up to date")


@app.command(epilog="Example:  `straitwatch db check`")
def check(config: ConfigDir = DEFAULT_CONFIG) -> None:
    """Check that the database is whole, and can be read and written.

    It reads the whole file of an SQLite database. Exit status 1 if something is wrong.
    """
    with opened_to_read(config) as (_, store):
        if damage := store.find_damage():
            raise StoreDamaged(f"the database is damaged: {damage}\nhint: {db.RESTORE_HINT}")
        store.call(db.set_meta, "checked at", utc_now().isoformat())
    typer.echo("the database is whole, and can be read and written")


@app.command(epilog="Example:  `straitwatch db backup backup.db`")
def backup(
    target: Annotated[Path, typer.Argument(help="The file to write. It must not exist.")],
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Copy a SQLite database while the daemon is running.

    The database may also be that of an older version, before you upgrade it.
    """
    if target.exists():
        raise UsageError(f"{target} already exists\nhint: name a new file")
    db.write_backup(configured_store(config, environ=os.environ)[0], target)
    typer.echo(f"written to {target}")


@app.command(epilog="Example:  `straitwatch db restore backup.db`")
def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `db backup` wrote.")],
    config: ConfigDir = DEFAULT_CONFIG,
) -> None:
    """Replace a SQLite database by a backup, and keep the old file.

    The backup is checked first, and upgraded to this version. Stop the daemon before.
    """
    database, timezone = configured_store(config, environ=os.environ)
    restored = db.restore_backup(database, source)
    newest = zone_time(restored.newest_at, ZoneInfo(timezone))
    typer.echo(f"restored {source}; its newest entry was read {newest}")
    typer.echo("later entries are read again, so some alerts may come twice")
    if restored.kept:
        typer.echo(f"the old database is kept as {restored.kept}")


@app.command(epilog="Example:  `straitwatch db prune`")
def prune(config: ConfigDir = DEFAULT_CONFIG) -> None:
    """Delete entries, messages and stories older than `retention`.

    Entries that a feed still lists are kept.
    """
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
