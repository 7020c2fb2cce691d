"""Upgrades a database to the schema of this version, under a lock."""

import sys
from typing import TYPE_CHECKING

import sqlalchemy as sa

from straitwatch.errors import SchemaMismatch
from straitwatch.store.failures import foreign_file

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0027"  # newest revision in migrations/versions, so that a start needs no alembic
_KNOWN = frozenset(f"{number:04}" for number in range(1, int(HEAD) + 1))
_VERSION_TABLE = "alembic_version"
_MIGRATION_LOCK = 0x5354_5241_4954  # any number; the same for every replica


def ensure_schema(connection: sa.Connection, *, migrate: bool) -> None:
    """Check the schema inside an open transaction, and upgrade it if `migrate` is set.

    Raises:
        SchemaMismatch: It is newer than this version, or older and `migrate` is not set.
        StoreError: The file belongs to another program.
    """
    version = schema_version(connection)
    if version == HEAD:
        return
    if version and version not in _KNOWN:
        raise SchemaMismatch(
            f"the database has schema {version}, this version of Straitwatch knows up to {HEAD}\n"
            "hint: install the newer Straitwatch that upgraded it, or restore a backup"
        )
    if not version and (tables := _tables_of_others(connection)):
        raise foreign_file(connection.engine.url.database or "", tables)
    if not migrate:
        raise SchemaMismatch(
            f"the database has schema {version or 'none'}, this version needs {HEAD}\n"
            "hint: run `straitwatch db upgrade`"
        )
    if connection.dialect.name == "postgresql":  # SQLite: BEGIN IMMEDIATE is the lock
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
    upgrade(connection)


def schema_version(connection: sa.Connection) -> str:
    """Return the revision of the database; "" for an empty one."""
    if not sa.inspect(connection).has_table(_VERSION_TABLE):
        return ""
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() or ""


def _tables_of_others(connection: sa.Connection) -> list[str]:
    """Return the tables in an SQLite file without our schema; PostgreSQL may be shared."""
    if connection.dialect.name != "sqlite":
        return []
    return [name for name in sa.inspect(connection).get_table_names() if name != _VERSION_TABLE]


def upgrade(connection: sa.Connection) -> None:
    """Run the missing migrations in the open transaction."""
    from alembic import command  # noqa: PLC0415 - takes 0.2 s, and is rarely needed

    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: sa.Connection) -> "Config":
    """Return alembic's settings; the migrations are part of the installed package."""
    from alembic.config import Config  # noqa: PLC0415 - see upgrade

    config = Config(stdout=sys.stderr)  # its default is the stdout of its import
    config.set_main_option("script_location", "straitwatch.store:migrations")
    config.attributes["connection"] = connection
    return config
