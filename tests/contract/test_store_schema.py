import threading
import warnings
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from builders.beat import BEAT
from straitwatch.core.cluster import StoryWindow
from straitwatch.core.health import NoticeState
from straitwatch.core.model import (
    NOTHING_SEEN,
    BlindCause,
    BlindWindow,
    FeedProfile,
    Subscription,
    Validators,
)
from straitwatch.errors import SchemaMismatch
from straitwatch.store import (
    Store,
    StoryQuery,
    add_push_subscriptions,
    all_silences,
    blind_windows,
    feed_states,
    find_entries,
    get_meta,
    list_actions,
    list_stories,
    notice_states,
    page_of_entry,
    push_subscriptions,
    receiver_states,
    recent_reports,
    search_stories,
    seen_items,
    set_meta,
)
from straitwatch.store.schema import HEAD, alembic_config, schema_version, upgrade


def test_migrations_make_exactly_the_tables_of_the_rows(empty_url: str) -> None:
    engine = sa.create_engine(empty_url)
    with engine.begin() as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # reflecting expression indexes is announced as partial
        upgrade(connection)
        command.check(alembic_config(connection))
        assert schema_version(connection) == HEAD
    engine.dispose()


def test_new_database_has_the_tables_of_an_upgraded_one(empty_url: str) -> None:
    Store.open(empty_url).close()
    engine = sa.create_engine(empty_url)
    new = tables(engine)
    with engine.begin() as connection:
        command.downgrade(alembic_config(connection), "base")
        upgrade(connection)
    upgraded = tables(engine)
    engine.dispose()

    assert new == upgraded


def tables(engine: sa.Engine) -> dict[str, dict[str, Any]]:
    """Return every table, without the defaults that a migration needs to add a column."""
    found = sa.inspect(engine)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # reflecting expression indexes is announced as partial
        return {
            name: {
                "columns": {
                    column["name"]: (str(column["type"]), column["nullable"])
                    for column in found.get_columns(name)
                },
                "key": found.get_pk_constraint(name),
                "foreign": by_name(found.get_foreign_keys(name)),
                "indexes": by_name(found.get_indexes(name)),
                "unique": by_name(found.get_unique_constraints(name)),
                "checks": by_name(found.get_check_constraints(name)),
            }
            for name in found.get_table_names()
        }


def by_name(constraints: Iterable[Any]) -> dict[str, Any]:
    return {constraint["name"]: constraint for constraint in constraints}


def test_newest_migration_is_the_schema_of_the_program(empty_url: str) -> None:
    engine = sa.create_engine(empty_url)
    with engine.begin() as connection:
        scripts = ScriptDirectory.from_config(alembic_config(connection))
    engine.dispose()

    assert scripts.get_heads() == [HEAD]


def test_first_schema_can_be_taken_back(empty_url: str) -> None:
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


def test_entries_of_an_older_schema_are_found_after_the_upgrade(empty_url: str) -> None:
    _make_old_database(empty_url)

    store = Store.open(empty_url)

    found = store.call(find_entries, "strait")
    store.close()
    assert [
        (stored.entry.title, stored.config_version, stored.attributions) for stored in found
    ] == [("Fleet in the strait", "", None)]


def test_story_of_an_older_schema_counts_each_outlet_as_its_own_origin(empty_url: str) -> None:
    _make_old_database(empty_url)

    store = Store.open(empty_url)

    (story,) = store.call(list_stories)
    store.close()
    assert (story.title, story.origins, story.is_state_only) == ("Fleet", ("Feed",), False)


def test_report_of_an_older_schema_takes_in_a_later_one(empty_url: str) -> None:
    _make_old_database(empty_url)

    store = Store.open(empty_url)

    since_at = datetime(2026, 2, 1, tzinfo=UTC)
    (report,) = store.call(
        partial(recent_reports, since_at=since_at, after_seq=0, reader=BEAT.reader)
    )
    store.close()
    window = StoryWindow(BEAT.lexicon)
    window.restore(report)
    later = report.features.seen_at + timedelta(hours=1)
    again = replace(report.features, entry_id="e2", canonical_url="news.example/2", seen_at=later)
    assert window.fold(replace(again, site="news.example")).story_id == "s1"


def test_feed_of_an_older_schema_keeps_its_validators_and_trusts_them(empty_url: str) -> None:
    _make_old_database(empty_url)

    store = Store.open(empty_url)

    (state,) = store.call(feed_states).values()
    seen = store.call(seen_items, state.feed_id)
    store.close()
    assert state.validators == Validators(etag='"1"')
    assert (state.whole_due_at, state.unmodified_since_at, state.distrust) == (None, None, None)
    assert (state.profile, seen) == (FeedProfile(), NOTHING_SEEN)


def test_receiver_of_an_older_schema_keeps_its_hold_after_the_upgrade(empty_url: str) -> None:
    _make_old_database(empty_url)

    store = Store.open(empty_url)

    state = store.call(receiver_states)["desk-slack"]
    store.close()
    assert (state.hold_reason, state.failures, state.last_code) == ("receiver_broken", 2, "")
    assert str(state.refusal) == ""


def test_entry_of_an_older_schema_has_no_page(empty_url: str) -> None:
    _make_old_database(empty_url)

    store = Store.open(empty_url)

    (stored,) = store.call(find_entries, "strait")
    page = store.call(page_of_entry, stored.entry.id)
    store.close()
    assert (stored.entry.has_page_text, page) == (False, None)


def test_notices_of_an_older_schema_are_remembered_after_the_upgrade(empty_url: str) -> None:
    engine = sa.create_engine(empty_url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0013")
        connection.execute(
            sa.text("INSERT INTO meta (key, value) VALUES ('told of trouble', :states)"),
            {"states": '{"feeds": {"names": ["Wire"]}}'},
        )
    engine.dispose()

    store = Store.open(empty_url)

    states = store.call(notice_states)
    store.close()
    assert states == {"feeds": NoticeState(names=("Wire",))}


def test_feed_of_an_older_schema_can_be_subscribed_to_after_the_upgrade(empty_url: str) -> None:
    _make_old_database(empty_url)
    subscription = Subscription(
        token="t1",
        feed_id="f1",
        hub="https://hub.example/",
        topic="https://f1.example/rss",
        callback="https://watch.example.org/push/t1",
        secret="s1",
        due_at=datetime(2026, 3, 1, tzinfo=UTC),
    )

    store = Store.open(empty_url)

    store.call(add_push_subscriptions, [subscription])
    found = store.call(push_subscriptions)
    store.close()
    assert found == [subscription]


def test_gap_of_an_older_schema_is_an_outage_after_the_upgrade(empty_url: str) -> None:
    _make_old_database(empty_url)
    since_at, until_at = (datetime(2026, 2, 1, hour, tzinfo=UTC) for hour in (6, 9))
    engine = sa.create_engine(empty_url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0018")
        (feed_id,) = connection.execute(sa.text("SELECT id FROM feed")).scalars()
        row = {"feed_id": feed_id, "since_at": since_at, "until_at": until_at}
        connection.execute(sa.insert(sa.table("gap", *map(sa.column, row))), row)
    engine.dispose()

    store = Store.open(empty_url)

    (found,) = store.call(blind_windows, since_at=since_at)
    store.close()
    assert found.window == BlindWindow(
        cause=BlindCause.OUTAGE, since_at=since_at, until_at=until_at
    )


def test_silence_of_an_older_schema_is_about_all_stories(empty_url: str) -> None:
    until_at = datetime(2026, 2, 1, tzinfo=UTC)
    lists = dict.fromkeys(("watchlists", "severities", "tags", "stances", "languages"), "[]")
    times = {"starts_at": until_at - timedelta(hours=1), "until_at": until_at}
    row = {"id": "x1", "author": "ana", "reason": "", **lists, **times}
    engine = sa.create_engine(empty_url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0022")
        connection.execute(sa.insert(sa.table("silence", *map(sa.column, row))), row)
    engine.dispose()

    store = Store.open(empty_url)

    (silence,) = store.call(all_silences)
    actions = store.call(list_actions)
    store.close()
    assert (silence.id, silence.stories, actions) == ("x1", (), [])


def test_merge_of_an_older_schema_has_no_former_state(empty_url: str) -> None:
    words = dict.fromkeys(("author", "via", "note", "undone_by"), "cli")
    lists = dict.fromkeys(("reports", "watchlists", "former_marks"), "[]")
    row = {"id": "x1", "kind": "merge", "story_id": "s1", "other_story_id": "s2", **words, **lists}
    engine = sa.create_engine(empty_url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0024")
        row |= {"made_at": datetime(2026, 2, 1, tzinfo=UTC)}
        connection.execute(sa.insert(sa.table("manual_action", *map(sa.column, row))), row)
    engine.dispose()

    store = Store.open(empty_url)

    (action,) = store.call(list_actions)
    store.close()
    assert (action.id, action.before_merge) == ("x1", None)


def test_headline_of_an_older_schema_is_found_by_its_words(empty_url: str) -> None:
    _make_old_database(empty_url)

    store = Store.open(empty_url)

    wanted = StoryQuery(since_at=datetime(2026, 1, 1, tzinfo=UTC), text="STRAIT fleet")
    found = store.call(search_stories, wanted)
    store.close()
    assert [story.id for story in found] == ["s1"]


def test_entry_of_an_older_schema_without_a_title_is_found_by_its_text(empty_url: str) -> None:
    _make_old_database(empty_url)
    engine = sa.create_engine(empty_url)
    with engine.begin() as connection:
        changes = "title = ' ', summary = '', content = 'Warships near Kinmen'"
        connection.execute(sa.text(f"UPDATE entry SET {changes}"))
    engine.dispose()

    store = Store.open(empty_url)

    wanted = StoryQuery(since_at=datetime(2026, 1, 1, tzinfo=UTC), text="kinmen")
    found = store.call(search_stories, wanted)
    store.close()
    assert [story.id for story in found] == ["s1"]


def test_older_schema_is_not_upgraded_by_looking(empty_url: str) -> None:
    _make_old_database(empty_url)

    with pytest.raises(SchemaMismatch, match="0001"):
        Store.open(empty_url, migrate=False)


def _make_old_database(url: str) -> None:
    """A database of the first schema with one row in each table that the next ones refer to."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0001")
    tables = sa.MetaData()
    tables.reflect(
        engine, only=["feed", "entry", "story", "report", "alert", "delivery", "receiver"]
    )
    feed = {"id": "f1", "name": "Feed", "body_hash": b"", "tier": 3, "is_enabled": True}
    feed |= {"etag": '"1"'}
    entry = {"id": "e1", "feed_id": "f1", "title": "Fleet in the strait", "text_hash": b"1"}
    entry |= {"authors": "[]", "seen_at": datetime(2026, 3, 1, tzinfo=UTC)}
    entry |= {"action": "none", "reason": "no_match"}
    at = datetime(2026, 3, 1, tzinfo=UTC)
    story = {"id": "s1", "title": "Fleet", "outlets": '["Feed"]', "reports": "[]", "threads": "[]"}
    story |= {"watchlists": "[]", "first_seen_at": at, "last_seen_at": at, "severity": "high"}
    report = {"entry_id": "e1", "story_id": "s1", "watchlists": "[]", "evidence": "[]"}
    report |= {"relation": "new", "score": 0.0, "threshold": 0.0, "reported_at": at, "seq": 1}
    alert = {"id": "a1", "story_id": "s1", "facts": "{}", "created_at": at}
    delivery = {"id": "d1", "alert_id": "a1", "routes": "[]", "watchlists": "[]", "note": "{}"}
    delivery |= {"ref": "{}", "due_at": at, "created_at": at, "updated_at": at, "seq": 1}
    rows = {"feed": feed, "entry": entry, "story": story, "report": report}
    receiver = {"name": "desk-slack", "hold_reason": "receiver_broken", "failures": 2}
    rows |= {"alert": alert, "delivery": delivery, "receiver": receiver}
    with engine.begin() as connection:
        for name, given in rows.items():
            columns = tables.tables[name].columns
            blank = {column.name: _blank(column) for column in columns if not column.nullable}
            connection.execute(tables.tables[name].insert(), blank | given)
    engine.dispose()


def _blank(column: sa.Column[Any]) -> str | int | bool:
    if isinstance(column.type, sa.Boolean):
        return False
    return 0 if isinstance(column.type, sa.Integer) else ""


def test_empty_database_is_not_created_without_permission(empty_url: str) -> None:
    engine = sa.create_engine(empty_url)
    engine.connect().close()  # the SQLite file is there

    with pytest.raises(SchemaMismatch, match="db upgrade"):
        Store.open(empty_url, migrate=False)

    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
    engine.dispose()


def test_newer_schema_is_refused(empty_url: str) -> None:
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
