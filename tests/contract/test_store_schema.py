import threading
import warnings

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from straitwatch.errors import SchemaMismatch
from straitwatch.store import Store, get_meta, set_meta
from straitwatch.store.schema import HEAD, alembic_config, schema_version


def test_the_migrations_make_exactly_the_tables_of_the_rows(empty_url: str) -> None:
    Store.open(empty_url).close()

    engine = sa.create_engine(empty_url)
    with engine.begin() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # reflecting expression indexes is announced as partial
        command.check(alembic_config(connection))
        assert schema_version(connection) == HEAD
    engine.dispose()


def test_the_newest_migration_is_the_one_that_the_program_asks_for(empty_url: str) -> None:
    engine = sa.create_engine(empty_url)
    with engine.begin() as connection:
        scripts = ScriptDirectory.from_config(alembic_config(connection))
    engine.dispose()

    assert scripts.get_heads() == [HEAD]


def test_the_first_schema_can_be_taken_back(empty_url: str) -> None:
    Store.open(empty_url).close()
    engine = sa.create_engine(empty_url)
    with engine.begin() as connection:
        command.downgrade(alembic_config(connection), "base")
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]
    engine.dispose()

    Store.open(empty_url).close()


def test_data_is_still_there_after_the_next_start(empty_url: str) -> None:
    first = Store.open(empty_url)
    first.call(set_meta, "key", "value")
    first.close()

    second = Store.open(empty_url)
    assert second.call(get_meta, "key") == "value"
    second.close()


def test_an_empty_database_is_not_touched_without_leave(empty_url: str) -> None:
    engine = sa.create_engine(empty_url)
    engine.connect().close()  # the SQLite file is there

    with pytest.raises(SchemaMismatch, match="db upgrade"):
        Store.open(empty_url, migrate=False)

    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
    engine.dispose()


def test_a_newer_schema_is_refused(empty_url: str) -> None:
    Store.open(empty_url).close()
    engine = sa.create_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()

    with pytest.raises(SchemaMismatch, match="9999"):
        Store.open(empty_url)


def test_several_first_starts_at_once_make_one_schema(empty_url: str) -> None:
    failures: list[BaseException] = []
    start = threading.Barrier(3)

    def open_and_close() -> None:
        start.wait(10)
        try:
            Store.open(empty_url).close()
        except BaseException as error:  # noqa: BLE001 - shown by the assertion
            failures.append(error)

    threads = [threading.Thread(target=open_and_close) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
