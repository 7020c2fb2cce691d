"""Imports the feeds of another feed reader, and reports each one that cannot be used."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer

from straitwatch.config import FeedFile, ImportedFeed, read_imported_feeds
from straitwatch.core.model import Feed
from straitwatch.core.parse.decode import decode_document
from straitwatch.core.plural import counted
from straitwatch.core.redact import redact_address
from straitwatch.errors import UsageError


def import_feeds(file: Path, target: FeedFile, known: Iterable[Feed]) -> int:
    """Add the feeds of a file and print the changes; return the number of feeds left out.

    Raises:
        UsageError: the file cannot be read, or is neither OPML nor a list of addresses.
    """
    text = _text(file)
    found = tuple(read_imported_feeds(text))
    if not found and text.lstrip().startswith("<") and "<opml" not in text.lower():
        raise UsageError(f"{file}: not an OPML file\nhint: export your feeds as OPML")
    good = [feed for feed in found if feed.problem is None]
    rows = _new_rows(good, known)
    target.add(rows)
    for feed in good:
        if feed.address != feed.written:
            typer.echo(f"{file}:{feed.line}: {_corrected(feed)}")
    typer.echo(_summary(added=len(rows), known=len(good) - len(rows)))
    bad = [feed for feed in found if feed.problem is not None]
    for feed in bad:
        typer.echo(f"{file}:{feed.line}: {_left_out(feed)}", err=True)
    return len(bad)


def _text(file: Path) -> str:
    try:
        return decode_document(file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error


def _new_rows(found: Iterable[ImportedFeed], known: Iterable[Feed]) -> list[dict[str, Any]]:
    """Return the lines of the feeds that are not known, each under a name of its own."""
    known = tuple(known)
    urls = {feed.url for feed in known}
    names = {feed.name for feed in known}
    rows: list[dict[str, Any]] = []
    for feed in found:
        if feed.address in urls:
            continue
        shown = redact_address(feed.address)
        name = shown if not feed.name or feed.name in names else feed.name
        rows.append({"name": name, "url": feed.address})
        urls.add(feed.address)
        names.add(name)
    return rows


def _corrected(feed: ImportedFeed) -> str:
    written, address = redact_address(feed.written), redact_address(feed.address)
    if feed.written.strip() == feed.address:
        return f"spaces around {address} are removed"
    return f"{written.strip()} is read as {address}"


def _summary(*, added: int, known: int) -> str:
    skipped = f"; {counted(known, 'feed')} skipped, with an address that is known" if known else ""
    return f"{counted(added, 'feed')} added{skipped}"


def _left_out(feed: ImportedFeed) -> str:
    message, hint = feed.problem or ("", "")
    address = redact_address(feed.address)
    about = address if address and feed.address not in message else feed.name
    words = message.replace(feed.address, address) if feed.address else message
    return f"left out: {words}{f' ({about})' if about else ''}\nhint: {hint}"
