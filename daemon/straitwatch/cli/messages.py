"""`backtest --messages`: the decision and message for each line of a file of reports."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from straitwatch.cli.encoding import LineEncoder
from straitwatch.cli.entries import progress
from straitwatch.cli.jsonl import BadLine, Line, printable, read_lines, write_line
from straitwatch.cli.reportlines import (
    LineClock,
    UnusableError,
    read_key,
    read_line_time,
    read_texts,
)
from straitwatch.core.model import Action, Entry, Feed, Report, Vector
from straitwatch.core.normalize import canonical_url, hash_text
from straitwatch.core.reasons import REASONS
from straitwatch.core.rehearsal import Rehearsal, Rehearsed
from straitwatch.core.report import add_vectors, meaning_of
from straitwatch.core.rules import Rules
from straitwatch.core.story import highest

Encode = Callable[[str], Vector | None]

_NAMELESS = "file"  # the outlet of lines without a source


def print_messages(
    path: Path, rules: Rules, feeds: Iterable[Feed], *, encoder: str, as_json: bool
) -> bool:
    """Print the decision and message of each line; return False if a line was unusable."""
    is_good = True
    with progress(_count_lines(path)) as step, LineEncoder(encoder) as line_encoder:
        for answer in rehearse(read_lines([path]), rules, feeds, encode=line_encoder.encode):
            is_good = is_good and "error" not in answer
            if as_json:
                write_line(answer)
                sys.stdout.flush()  # a reader at the other end of a pipe gets each answer at once
            else:
                _print(answer)
            step()
    return is_good


def rehearse(
    lines: Iterable[Line | BadLine],
    rules: Rules,
    feeds: Iterable[Feed],
    *,
    encode: Encode = lambda _: None,
) -> Iterator[dict[str, Any]]:
    """Yield one answer for each line, in order; `source` names one of the feeds."""
    rehearsal, clock = Rehearsal(rules), LineClock()
    feeds_by_name = {feed.name: feed for feed in feeds}
    for line in lines:
        bad = line if isinstance(line, BadLine) else None
        if isinstance(line, Line):
            try:
                item = rehearsal.read(*_read(line.value, clock, feeds_by_name))
                if isinstance(item, Report):
                    (item,) = add_vectors([item], [encode(meaning_of(item))])
                yield {"id": line.value["id"], **_answer_of(rehearsal.plan(item))}
            except UnusableError as error:
                bad = line.refuse(str(error))
        if bad is not None:
            yield {"id": None, "error": bad.error}


def _read(
    line: Mapping[str, Any], clock: LineClock, feeds: Mapping[str, Feed]
) -> tuple[Entry, Feed, datetime]:
    key, texts = read_key(line), read_texts(line)
    seen_at = clock.read(texts["ts"])
    published = texts["published_at"]
    url, guid = texts["url"], texts["guid"]
    name = texts["source"] or _NAMELESS
    entry = Entry(
        id=f"{name} {guid}" if guid else key,
        guid=guid,
        url=url,
        canonical_url=canonical_url(url) if url else "",
        title=texts["title"],
        summary=texts["summary"],
        content=texts["content"],
        language=texts["lang"],
        published_at=read_line_time("published_at", published) if published else seen_at,
        text_hash=hash_text((texts["title"], texts["summary"], texts["content"])),
    )
    return entry, feeds.get(name) or Feed(id=name, name=name, url=""), seen_at


def _answer_of(rehearsed: Rehearsed) -> dict[str, Any]:
    planned, alert = rehearsed.planned, rehearsed.alert
    fold, decision, matches = planned.fold, planned.decision, planned.matches
    is_reported = alert is not None or decision.action is Action.DIGEST
    words = f"{decision.reason} ({REASONS[decision.reason].long})"
    return {
        "watchlists": [match.watchlist for match in matches],
        "severity": highest(match.severity for match in matches) if matches else None,
        "story": fold.story_id if fold else None,
        "relation": fold.relation if fold else None,
        "told": decision.action if is_reported else Action.NONE,
        "message": rehearsed.message or None,
        "reason": f"{fold}; {words}" if fold else words,
    }


def _print(answer: Mapping[str, Any]) -> None:
    if "error" in answer:
        typer.echo(printable(str(answer["error"])), err=True)
        return
    where = f", story {answer['story']}" if answer["story"] else ""
    typer.echo(printable(f"{answer['id']}: {answer['told']}{where}: {answer['reason']}"))


def _count_lines(path: Path) -> int:
    if not path.is_file() or not sys.stderr.isatty():  # a pipe can be read only once
        return 0
    with path.open("rb") as stream:
        return sum(1 for _ in stream)
