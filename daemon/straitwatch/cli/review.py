"""`review`: near misses, dead rules and terms, and what brings entries that nobody wanted."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from straitwatch import store as db
from straitwatch.app import utc_now
from straitwatch.cli.console import new_console
from straitwatch.cli.entries import recent_texts
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, opened
from straitwatch.config import Config
from straitwatch.core.match import Review
from straitwatch.core.model import Verdict
from straitwatch.errors import UsageError

_CUT = 100  # characters of a rule, for people


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command(
        epilog="Examples:  `straitwatch review`  ·  `straitwatch review --list taiwan-policy`"
    )(review)


def review(
    days: Annotated[int, typer.Option(min=1, help="Stored entries of so many last days.")] = 14,
    only: Annotated[
        list[str] | None, typer.Option("--list", metavar="ID", help="Only this list; repeatable.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many findings of a kind.")] = 10,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Say what lists missed by one thing, which rules and terms are dead, and which mislead.

    A near miss lacks one term, a few words of distance, or was outweighed by one noise rule. A term
    is dead when it never hit; whether entries in its script were read at all is said beside it.
    """
    started = utc_now()
    with opened(config) as (loaded, store), store.reading() as tx:
        known = [it.id for it in loaded.watchlists]
        for name in only or []:
            if name not in known:
                raise UsageError(f"no such watch-list: {name}\nhint: there are {', '.join(known)}")
        verdicts = _verdicts(tx)
        found = Review(loaded.matcher, only=only or ())
        for stored, text in recent_texts(tx, loaded, days=days):
            found.take(text, feed=stored.feed_name, verdicts=verdicts.get(stored.entry.id))
    seconds = (utc_now() - started).total_seconds()
    findings = list(_findings(found, loaded, limit=limit, is_whole=not only))
    total = {
        "kind": "total",
        "entries": found.entries,
        "days": days,
        "scripts": dict(found.scripts.most_common()),
        "seconds": round(seconds, 2),
    }
    if json:
        for row in (*findings, total):
            write_line(row)
        return
    _print(new_console(highlight=False, soft_wrap=True), findings, total)


def _verdicts(tx: db.Transaction) -> dict[str, dict[str, Verdict]]:
    by_entry: dict[str, dict[str, Verdict]] = {}
    for (entry_id, watchlist), mark in db.read_marks(tx).items():
        by_entry.setdefault(entry_id, {})[watchlist] = mark.verdict
    return by_entry


def _findings(
    found: Review, config: Config, *, limit: int, is_whole: bool
) -> Iterator[dict[str, Any]]:
    for miss in found.near_misses()[:limit]:
        yield {
            "kind": "near_miss",
            "watchlist": miss.watchlist,
            "kept_by": miss.kind.value,
            "rule": miss.rule,
            "what": miss.what,
            "entries": miss.count,
            "samples": [{"feed": it[0], "title": it[1], "why": it[2]} for it in miss.samples],
        }
    for record in found.dead_rules():
        yield {
            "kind": "dead_rule",
            "watchlist": record.watchlist,
            "rule": record.rule,
            "when": record.when,
        }
    if is_whole:
        for name, scripts in found.dead_terms(config.term_sets.values()).items():
            for script, terms in scripts.items():
                yield {
                    "kind": "dead_terms",
                    "set": name,
                    "script": script,
                    "terms": terms,
                    "entries_in_script": found.scripts[script],
                }
    for record in found.misleading_rules()[:limit]:
        yield {
            "kind": "misleading_rule",
            "watchlist": record.watchlist,
            "rule": record.rule,
            "when": record.when,
            "relevant": record.verdicts[Verdict.RELEVANT],
            "not_relevant": record.verdicts[Verdict.NOT_RELEVANT],
        }
    for term, verdicts in found.misleading_terms()[:limit]:
        yield {
            "kind": "misleading_term",
            "term": term,
            "relevant": verdicts[Verdict.RELEVANT],
            "not_relevant": verdicts[Verdict.NOT_RELEVANT],
        }


# ---------------------------------------------------------------- for people

_HEADINGS = {
    "near_miss": "Missed by one thing, the most promising first",
    "dead_rule": "Rules that never held",
    "dead_terms": "Terms that never hit",
    "misleading_rule": "Rules behind what was marked not relevant",
    "misleading_term": "Terms behind what was marked not relevant",
}


def _print(console: Console, findings: list[dict[str, Any]], total: dict[str, Any]) -> None:
    console.print(f"{total['entries']:,} entries of {total['days']} days in {total['seconds']} s")
    for kind, heading in _HEADINGS.items():
        rows = [row for row in findings if row["kind"] == kind]
        if not rows:
            continue
        console.print()
        console.print(Text(heading, style="bold"))
        for row in rows:
            for line in _LINES[kind](row):
                console.print(Text(f"  {line}"))


def _near_miss_lines(row: dict[str, Any]) -> Iterator[str]:
    what = f"{row['rule']} {_cut(row['what'])}".strip()
    yield f"{row['entries']:>4}  {row['watchlist']}: {row['kept_by']}: {what}"
    for sample in row["samples"]:
        yield f"        {sample['feed']}: {sample['title']}"
        yield f"          {_cut(sample['why'])}"


def _dead_rule_lines(row: dict[str, Any]) -> Iterator[str]:
    yield f"{row['watchlist']}.{row['rule']}: {_cut(row['when'])}"


def _dead_terms_lines(row: dict[str, Any]) -> Iterator[str]:
    read = row["entries_in_script"]
    caution = f"{read} entries in this script" if read else "no entry in this script was read"
    yield f"${row['set']} ({row['script']}, {caution}): {_cut(', '.join(row['terms']))}"


def _misleading_lines(row: dict[str, Any]) -> Iterator[str]:
    marked = row["relevant"] + row["not_relevant"]
    name = row["term"] if "term" in row else f"{row['watchlist']}.{row['rule']} {_cut(row['when'])}"
    yield f"{row['not_relevant']} of {marked} marked: {name}"


_LINES = {
    "near_miss": _near_miss_lines,
    "dead_rule": _dead_rule_lines,
    "dead_terms": _dead_terms_lines,
    "misleading_rule": _misleading_lines,
    "misleading_term": _misleading_lines,
}


def _cut(text: str) -> str:
    return text if len(text) <= _CUT else f"{text[:_CUT]}…"
