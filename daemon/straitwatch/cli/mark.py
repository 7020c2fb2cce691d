"""`mark`: mark an alert, an entry or a story as relevant or not."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer

from straitwatch import store as db
from straitwatch.cli.acting import new_action, require_done, user_name
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.last_valid import opened_to_read
from straitwatch.cli.lazy import new_app
from straitwatch.cli.lookup import require_watchlists
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json
from straitwatch.clock import utc_now
from straitwatch.config import Settings
from straitwatch.core.model import ActionKind, Mark, Verdict
from straitwatch.core.plural import counted
from straitwatch.errors import UsageError
from straitwatch.why.find import entries_named


class _Word(StrEnum):
    RELEVANT = "relevant"
    NOT_RELEVANT = "not-relevant"


app = new_app()


@app.command(
    epilog="Examples:  `straitwatch mark 3f2a… not-relevant --note recipe`  ·  `straitwatch "
    "mark https://news.example/a relevant --list taiwan-policy`"
)
def mark(
    what: Annotated[
        str,
        typer.Argument(metavar="ALERT|STORY|URL|TITLE", help="The alert, story or entry to mark."),
    ],
    verdict: Annotated[
        _Word | None, typer.Argument(help="Your verdict; not needed with --remove.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--list",
            metavar="ID",
            help="The list that you judge; repeatable. Default: the lists that fired.",
        ),
    ] = None,
    note: Annotated[str, typer.Option(help="A note for later.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Remove the mark.")] = False,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Mark an alert, an entry or a story as relevant or not.

    `backtest` and `review` measure the lists against your marks. No list fired on a missed entry,
    so name one with --list. To mark an alert is to mark its report; to mark a story is to mark all
    its reports.
    """
    if verdict is None and not remove:
        raise UsageError("the verdict is missing\nhint: add `relevant` or `not-relevant`")
    with opened_to_read(config) as (loaded, store):
        require_watchlists(only or (), loaded.watchlists)
        title, entries = store.call(_entries, what)
        marked = _chosen(what, entries, only or ())
        if verdict is _Word.NOT_RELEVANT and not remove:
            _reject(store, loaded, entries, watchlists=tuple(only or ()), note=note)
        else:
            for entry_id, name in marked:
                if remove or verdict is None:
                    store.call(db.delete_mark, entry_id, name)
                else:
                    store.call(db.set_mark, _mark(entry_id, name, verdict, note))
    if json:
        given = None if remove or verdict is None else _verdict(verdict)
        for entry_id, name in marked:
            write_line({"entry": entry_id, "watchlist": name, "verdict": given})
        return
    word = "no longer marked" if remove else f"marked {verdict}"
    typer.echo(title)
    for name, count in Counter(name for _, name in marked).items():
        typer.echo(f"  {counted(count, 'report')} {word} for {name}")


def _reject(
    store: db.Store, settings: Settings, entries: Sequence[db.StoredEntry], **values: Any
) -> None:
    """Mark entries as not relevant; `stories show` lists it, and `stories undo` undoes it."""
    from straitwatch.core.compiled_beat import compile_beat  # noqa: PLC0415 - half a second
    from straitwatch.pipeline import act  # noqa: PLC0415 - as above

    action = new_action(
        ActionKind.NOT_RELEVANT,
        story_id=next((stored.fold.story_id for stored in entries if stored.fold), ""),
        reports=tuple(stored.entry.id for stored in entries),
        **values,
    )
    require_done(store.call(act, action, beat=compile_beat(settings.beat)))


def _chosen(
    what: str, entries: Sequence[db.StoredEntry], only: Sequence[str]
) -> list[tuple[str, str]]:
    """Return the pairs of entry and watch-list to mark.

    Raises:
        UsageError: there is no entry, or no list fired on it.
    """
    if not entries:
        hint = "see `straitwatch stories alerts`"
        raise UsageError(f"no alert, story or entry: {what}\nhint: {hint}")
    pairs = [
        (stored.entry.id, name)
        for stored in entries
        for name in only or [match.watchlist for match in stored.matches]
    ]
    if not pairs:
        raise UsageError("no list fired on it\nhint: name the list that missed it with --list ID")
    return pairs


def _mark(entry_id: str, watchlist: str, word: _Word, note: str) -> Mark:
    return Mark(
        entry_id=entry_id,
        watchlist=watchlist,
        verdict=_verdict(word),
        marked_at=utc_now(),
        marked_by=user_name(),
        note=note,
    )


def _verdict(word: _Word) -> Verdict:
    return Verdict(word.value.replace("-", "_"))


def _entries(tx: db.Transaction, what: str) -> tuple[str, list[db.StoredEntry]]:
    """Return a headline and the entries to mark: the report of an alert, or all of a story."""
    if story := db.current_story(tx, what):
        return story.title, db.story_entries(tx, story.id)
    found = (
        db.alert_entries(tx, what)
        or entries_named(tx, what, limit=1)
        or db.headline_entries(tx, what)
    )
    return (found[0].entry.title if found else ""), found
