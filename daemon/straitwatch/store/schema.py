"""Makes the tables of an empty database, or upgrades it to this version, under a lock."""

import sys
from typing import TYPE_CHECKING

import sqlalchemy as sa

from straitwatch.errors import SchemaMismatch
from straitwatch.store.failures import foreign_file
from straitwatch.store.rows import METADATA

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0030"  # newest revision in migrations/versions, so that a start needs no alembic
_KNOWN = frozenset(f"{number:04}" for number in range(1, int(HEAD) + 1))
_VERSION = sa.Table(  # as alembic makes it
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32)),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
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
        version = schema_version(connection)  # another replica may have made the tables
    if version:
        upgrade(connection)
    else:
        _create(connection)


def schema_version(connection: sa.Connection) -> str:
    """Return the revision of the database; "" for an empty one."""
    if not sa.inspect(connection).has_table(_VERSION.name):
        return ""
    return connection.execute(sa.select(_VERSION.c.version_num)).scalar() or ""


def _tables_of_others(connection: sa.Connection) -> list[str]:
    """Return the tables in an SQLite file without our schema; PostgreSQL may be shared."""
    if connection.dialect.name != "sqlite":
        return []
    return [name for name in sa.inspect(connection).get_table_names() if name != _VERSION.name]


def _create(connection: sa.Connection) -> None:
    """Make the tables of an empty database: the migrations would take ten times as long."""
    METADATA.create_all(connection, checkfirst=False)
    _VERSION.create(connection, checkfirst=True)  # a downgrade to no schema leaves it
    connection.execute(_VERSION.insert().values(version_num=HEAD))


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
