"""`parse`: parse feed documents exactly like a poll does."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.output import new_console, print_error
from straitwatch.clock import utc_now
from straitwatch.core.model import Entry, ParsedDocument, ParseProblem
from straitwatch.core.normalize import feed_id
from straitwatch.core.parse_document import ParseRequest
from straitwatch.core.plural import counted
from straitwatch.parsepool import ParsePool

_MAX_BYTES = 10_000_000  # as a poll: see PollPolicy.max_bytes
_DEADLINE = timedelta(seconds=10)
_WORKERS = 2
_STDIN = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unreadable:
    """A file that could not be opened."""

    error: str


app = new_app()


@app.command(epilog="Example:  `straitwatch parse feed.xml --json`")
def parse(
    files: Annotated[
        list[str] | None, typer.Argument(help="Feed documents. Default, and -: standard input.")
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON Lines.")] = False,
    content_type: Annotated[
        str,
        typer.Option(
            "--content-type", help="The Content-Type header of the documents.", metavar="TYPE"
        ),
    ] = "",
    url: Annotated[
        str,
        typer.Option("--url", help="The address of the feed, for relative links.", metavar="URL"),
    ] = "",
) -> None:
    """Parse feed documents.

    Exit status 1 if a file could not be read.
    """
    show = _print_json if json else _print_table
    is_complete = asyncio.run(_parse_all(files or [_STDIN], content_type, url, show))
    if not is_complete:
        raise typer.Exit(1)


async def _parse_all(files: Sequence[str], content_type: str, url: str, show: Any) -> bool:
    """Print the answers in order; return False if a file could not be read."""
    is_complete = True
    async for file, answer in _answers(files, content_type, url):
        show(file, answer)
        is_complete = is_complete and isinstance(answer, ParsedDocument)
    return is_complete


async def _answers(
    files: Sequence[str], content_type: str, url: str
) -> AsyncIterator[tuple[str, ParsedDocument | _Unreadable]]:
    now = utc_now()
    async with ParsePool(_WORKERS, timeout=_DEADLINE) as pool:

        async def answer(file: str) -> ParsedDocument | _Unreadable:
            body = await asyncio.to_thread(_read, file)
            if isinstance(body, _Unreadable):
                return body
            if len(body) > _MAX_BYTES:
                detail = f"more than {_MAX_BYTES:,} bytes"
                return ParsedDocument(format="", problem=ParseProblem.TOO_LARGE, detail=detail)
            request = ParseRequest(
                body=body,
                feed_id=feed_id(url or file),
                url=url,
                fetched_at=now,
                content_type=content_type,
                as_published=True,
            )
            return await pool.parse(request)

        pending: list[asyncio.Task[ParsedDocument | _Unreadable]] = []
        for index, file in enumerate(files):
            while len(pending) < _WORKERS and index + len(pending) < len(files):
                pending.append(asyncio.create_task(answer(files[index + len(pending)])))
            yield file, await pending.pop(0)


def _read(file: str) -> bytes | _Unreadable:
    """Return the bytes of a file, at most one more than the limit."""
    try:
        if file == _STDIN:
            return sys.stdin.buffer.read(_MAX_BYTES + 1)
        with Path(file).open("rb") as stream:
            return stream.read(_MAX_BYTES + 1)
    except OSError as error:
        return _Unreadable(error=f"{file}: cannot be read: {error.strerror}")


def _print_json(file: str, answer: ParsedDocument | _Unreadable) -> None:
    if isinstance(answer, _Unreadable):
        write_line(_line(file, ParsedDocument(format=""), is_ok=False) | {"error": answer.error})
        return
    write_line(_line(file, answer, is_ok=answer.problem is None))


def _line(file: str, read: ParsedDocument, *, is_ok: bool) -> dict[str, Any]:
    return {
        "file": file,
        "format": read.format,
        "ok": is_ok,
        "problem": read.problem,
        "entries": [_entry(entry) for entry in read.entries],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "published_at": _iso(entry.published_at),
        "authors": list(entry.authors),
        "categories": list(entry.categories),
        "language": entry.language,
    }


def _iso(date: datetime | None) -> str | None:
    return date.isoformat().replace("+00:00", "Z") if date else None


def _print_table(file: str, answer: ParsedDocument | _Unreadable) -> None:
    if isinstance(answer, _Unreadable):
        print_error(answer.error)
        return
    console = new_console()
    verdict = f"{answer.problem}: {answer.detail}" if answer.problem else "ok"
    entries = counted(len(answer.entries), "entry", "entries")
    heading = f"{file}  {answer.format or 'unknown'}, {entries}, {verdict}"
    console.print(heading, style="bold", markup=False, highlight=False)
    if not answer.entries:
        return
    table = Table(box=None, pad_edge=False)
    for column in ("published", "title", "link"):
        table.add_column(column, overflow="ellipsis", no_wrap=True)
    for entry in answer.entries:
        day = entry.published_at.strftime("%Y-%m-%d %H:%M") if entry.published_at else "–"
        table.add_row(*(escape(text) for text in (day, entry.title, entry.url)))
    console.print(table)
