"""Brings a database to the schema of this version, under a lock."""

import sys
from typing import TYPE_CHECKING

import sqlalchemy as sa

from straitwatch.errors import SchemaMismatch

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0014"  # newest revision in migrations/versions; known here so that a start needs no alembic
_KNOWN = frozenset(f"{number:04}" for number in range(1, int(HEAD) + 1))
_MIGRATION_LOCK = 0x5354_5241_4954  # any number; the same for every replica


def ensure_schema(connection: sa.Connection, *, migrate: bool) -> None:
    """Check the schema inside an open transaction; bring it up when `migrate` says so.

    Raises:
        SchemaMismatch: it is newer than this version, or older and must not be touched.
    """
    version = schema_version(connection)
    if version == HEAD:
        return
    if version and version not in _KNOWN:
        raise SchemaMismatch(
            f"the database has schema {version}, this version of Straitwatch knows up to {HEAD}\n"
            "hint: install the newer Straitwatch that upgraded it, or restore a backup"
        )
    if not migrate:
        raise SchemaMismatch(
            f"the database has schema {version or 'none'}, this version needs {HEAD}\n"
            "hint: run `straitwatch db upgrade`"
        )
    if connection.dialect.name == "postgresql":  # SQLite: BEGIN IMMEDIATE is the lock
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
    upgrade(connection)


def schema_version(connection: sa.Connection) -> str:
    """Return the revision that the database stands at; "" for an empty one."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() or ""


def upgrade(connection: sa.Connection) -> None:
    """Run the missing migrations in the open transaction."""
    from alembic import command  # noqa: PLC0415 - costs 0.2 s, needed once in a database's life

    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: sa.Connection) -> "Config":
    """Return alembic's settings; the migrations are found inside the installed package."""
    from alembic.config import Config  # noqa: PLC0415 - see upgrade

    config = Config(stdout=sys.stderr)  # its default is what stdout was when it was imported
    config.set_main_option("script_location", "straitwatch.store:migrations")
    config.attributes["connection"] = connection
    return config
