"""`review`: show near misses, misleading rules and dead terms."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from straitwatch import store as db
from straitwatch.cli.entries import recent_texts
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.lookup import require_watchlists
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, opened_with_lists
from straitwatch.cli.output import new_console
from straitwatch.cli.review_patch import print_patches
from straitwatch.clock import utc_now
from straitwatch.config import Config
from straitwatch.core.match import Review
from straitwatch.core.model import Verdict

_CUT = 100  # characters of a rule, for people
_FEW = 3  # findings of each kind without --limit, for about 20 lines in all
_DEAD_AFTER = timedelta(days=14)  # entries of this span are needed to call a rule or term dead

app = new_app()


@app.command(
    epilog="Examples:  `straitwatch review`  ·  `straitwatch review --list taiwan-policy`  ·  "
    "`straitwatch review --patch >noise.diff`"
)
def review(
    days: Annotated[int, typer.Option(min=1, help="Days of stored entries.")] = 14,
    only: Annotated[
        list[str] | None, typer.Option("--list", metavar="ID", help="Only this list; repeatable.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Findings of each kind. Default: as many as fit on a page."),
    ] = None,
    patch: Annotated[
        bool,
        typer.Option(
            "--patch",
            help="Propose lines of `noise` against entries marked as not relevant, as a diff with "
            "its effect; it is never applied.",
        ),
    ] = False,
    dead: Annotated[bool, typer.Option("--dead", help="List the dead rules and terms.")] = False,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Show near misses, misleading rules and dead terms.

    A near miss lacks one term or a few words of distance, or is outweighed by one noise rule. A
    rule or term is dead if it never hit in two weeks of entries. `--dead` lists the dead ones, and
    for terms the number of entries in their script.
    """
    started = utc_now()
    with opened_with_lists(config) as (loaded, store), store.reading() as tx:
        require_watchlists(only or (), loaded.watchlists)
        if patch:
            print_patches(tx, loaded, days=days, only=only or (), json=json)
            return
        verdicts = _verdicts(tx)
        found = Review(loaded.matcher, only=only or ())
        first_at = db.first_seen_at(tx) or started
        for stored, text in recent_texts(tx, loaded, days=days):
            found.add(text, feed=stored.feed_name, verdicts=verdicts.get(stored.entry.id))
    seconds = (utc_now() - started).total_seconds()
    findings = list(_findings(found, limit=limit))
    dead_found = list(_dead(found, loaded, is_whole=not only)) if _is_known(first_at, days) else []
    total = {
        "kind": "total",
        "entries": found.entries,
        "days": days,
        "dead_rules": sum(row["kind"] == "dead_rule" for row in dead_found),
        "dead_terms": sum(len(row.get("terms", ())) for row in dead_found),
        "dead_known_at": (first_at + _DEAD_AFTER).isoformat(),
        "scripts": dict(found.scripts.most_common()),
        "seconds": round(seconds, 2),
    }
    shown = [*findings, *(dead_found if dead else ())]
    if json:
        for row in (*shown, total):
            write_line(row)
        return
    _print(new_console(highlight=False, soft_wrap=True), shown, total)


def _is_known(first_at: datetime, days: int) -> bool:
    """Return True if two weeks of entries are stored, and all of them are reviewed."""
    is_old = utc_now() - first_at >= _DEAD_AFTER
    return is_old and timedelta(days=days) >= _DEAD_AFTER


def _verdicts(tx: db.Transaction) -> dict[str, dict[str, Verdict]]:
    by_entry: dict[str, dict[str, Verdict]] = {}
    for (entry_id, watchlist), mark in db.read_marks(tx).items():
        by_entry.setdefault(entry_id, {})[watchlist] = mark.verdict
    return by_entry


def _findings(found: Review, *, limit: int | None) -> Iterator[dict[str, Any]]:
    most = limit or _FEW
    for miss in found.near_misses()[:most]:
        samples = miss.samples if limit else miss.samples[:1]
        yield {
            "kind": "near_miss",
            "watchlist": miss.watchlist,
            "kept_by": miss.kind.value,
            "rule": miss.rule,
            "what": miss.what,
            "entries": miss.count,
            "samples": [{"feed": feed, "title": title, "why": why} for feed, title, why in samples],
        }
    for record in found.misleading_rules()[:most]:
        yield {
            "kind": "misleading_rule",
            "watchlist": record.watchlist,
            "rule": record.rule,
            "when": record.when,
            "relevant": record.verdicts[Verdict.RELEVANT],
            "not_relevant": record.verdicts[Verdict.NOT_RELEVANT],
        }
    for term, verdicts in found.misleading_terms()[:most]:
        yield {
            "kind": "misleading_term",
            "term": term,
            "relevant": verdicts[Verdict.RELEVANT],
            "not_relevant": verdicts[Verdict.NOT_RELEVANT],
        }


def _dead(found: Review, config: Config, *, is_whole: bool) -> Iterator[dict[str, Any]]:
    for record in found.dead_rules():
        yield {
            "kind": "dead_rule",
            "watchlist": record.watchlist,
            "rule": record.rule,
            "when": record.when,
        }
    if not is_whole:
        return
    for name, scripts in found.dead_terms(config.term_sets.values()).items():
        for script, terms in scripts.items():
            yield {
                "kind": "dead_terms",
                "set": name,
                "script": script,
                "terms": terms,
                "entries_in_script": found.scripts[script],
            }


# ---------------------------------------------------------------- for people

_HEADINGS = {
    "near_miss": "Near misses, the most promising first",
    "dead_rule": "Rules that never held",
    "dead_terms": "Terms that never hit",
    "misleading_rule": "Rules of entries that were marked not relevant",
    "misleading_term": "Terms of entries that were marked not relevant",
}


def _print(console: Console, findings: list[dict[str, Any]], total: dict[str, Any]) -> None:
    console.print(f"{total['entries']:,} entries of {total['days']} days in {total['seconds']} s")
    for kind, heading in _HEADINGS.items():
        rows = [row for row in findings if row["kind"] == kind]
        if not rows:
            continue
        console.print(Text(heading, style="bold"))
        for row in rows:
            for line in _LINES[kind](row):
                console.print(Text(f"  {line}"))
    console.print(_dead_summary(total))


def _dead_summary(total: dict[str, Any]) -> str:
    if utc_now() < datetime.fromisoformat(total["dead_known_at"]):
        known_at = total["dead_known_at"][:10]
        return (
            f"Dead rules and terms will be known from {known_at} (two weeks of entries are needed)"
        )
    return (
        f"{total['dead_rules']} rules and {total['dead_terms']} terms never hit: "
        "`straitwatch review --dead` lists them"
    )


def _near_miss_lines(row: dict[str, Any]) -> Iterator[str]:
    yield f"{row['entries']:>4}  {row['watchlist']}: {row['kept_by']}: {_cut(row['what'])}"
    for sample in row["samples"]:
        yield f"        {sample['feed']}: {sample['title']}"


def _dead_rule_lines(row: dict[str, Any]) -> Iterator[str]:
    yield f"{row['watchlist']}: {_cut(row['when'])}"


def _dead_terms_lines(row: dict[str, Any]) -> Iterator[str]:
    read = row["entries_in_script"]
    caution = f"{read} entries in this script" if read else "no entry in this script was read"
    yield f"${row['set']} ({row['script']}, {caution}): {_cut(', '.join(row['terms']))}"


def _misleading_lines(row: dict[str, Any]) -> Iterator[str]:
    marked = row["relevant"] + row["not_relevant"]
    name = row["term"] if "term" in row else f"{row['watchlist']}: {_cut(row['when'])}"
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
