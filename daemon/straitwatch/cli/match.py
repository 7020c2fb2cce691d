"""`match`: match JSON Lines against the watch-lists."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from straitwatch.cli.config_option import ConfigDir
from straitwatch.cli.jsonl import BadLine, Line, read_lines, write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.output import highlighted, new_console, print_error
from straitwatch.cli.reportlines import UnusableError, read_matched_texts, read_optional_key
from straitwatch.core.match import Matcher
from straitwatch.core.model import Feed, Match, MatchText
from straitwatch.places import DEFAULT_CONFIG

_TEXTS = ("title", "summary", "content", "lang", "source")

app = new_app()


@app.command(epilog="Example:  `straitwatch match --json entries.jsonl`")
def match(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files of JSON Lines. Default: standard input.")
    ] = None,
    config: ConfigDir = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON Lines.")] = False,
) -> None:
    """Match JSON Lines against the watch-lists.

    A line has `title`, `summary` or `content`, and optionally `id`, `lang` (such as en or zh-Hant)
    and `source`: the name of a feed, which sets the language, country, stance, tags and subject of
    the text. Other keys are ignored. Exit status 1 if a line could not be used.
    """
    from straitwatch.config import load_feeds, load_lists  # noqa: PLC0415 - others start without

    lists = load_lists(config)
    feeds = {feed.name: feed for feed in load_feeds(config, lists.term_sets)}
    out = new_console(highlight=False, soft_wrap=True)
    is_fine = True
    for line in read_lines(files or []):
        text = _read(line, feeds) if isinstance(line, Line) else line
        if isinstance(text, BadLine):
            is_fine = False
            _report(text, as_json=as_json)
            continue
        entry_id = line.value.get("id") if isinstance(line, Line) else None
        _answer(entry_id, text, lists.matcher, out=out if not as_json else None)
    if not is_fine:
        raise typer.Exit(1)


def _read(line: Line, feeds: Mapping[str, Feed]) -> MatchText | BadLine:
    given = line.value
    try:
        read_optional_key(given)
        texts = read_matched_texts(given, _TEXTS)
    except UnusableError as error:
        return line.refuse(str(error))
    text = MatchText(
        title=texts["title"],
        summary=texts["summary"],
        content=texts["content"],
        language=texts["lang"],
        source=texts["source"],
    )
    feed = feeds.get(text.source)
    return _with_feed(text, feed) if feed else text


def _with_feed(text: MatchText, feed: Feed) -> MatchText:
    return replace(
        text,
        language=text.language or feed.language,
        country=feed.country,
        stance=feed.stance,
        tags=feed.tags,
        about=feed.about,
    )


def _report(line: BadLine, *, as_json: bool) -> None:
    if as_json:
        write_line({"id": None, "error": line.error})
    else:
        print_error(line.error)


def _answer(entry_id: object, text: MatchText, matcher: Matcher, *, out: Console | None) -> None:
    matches = matcher.match(text)
    if out is None:
        write_line({"id": entry_id, "matches": [_as_json(match) for match in matches]})
        return
    for found in matches:
        out.print(f"{found.watchlist} ({found.severity.value}, {found.score} points)", style="bold")
        for name in ("title", "summary", "content"):
            if name == "title" or any(hit.field == name for hit in found.hits):
                out.print(highlighted(getattr(text, name), found.hits, field=name, lead="  "))


def _as_json(match: Match) -> dict[str, Any]:
    return {
        "watchlist": match.watchlist,
        "score": match.score,
        "severity": match.severity.value,
        "hits": [asdict(hit) for hit in match.hits],
    }
