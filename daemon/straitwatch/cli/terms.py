"""`terms`: how a term or a set is used, in the configuration and in the stored entries."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

from straitwatch import store as db
from straitwatch.cli.console import new_console
from straitwatch.cli.entries import recent_texts
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, load_quickly, opened
from straitwatch.cli.tables import print_table
from straitwatch.config import Config
from straitwatch.core.match import Concordance, Line, Matcher, compile_rules, script_of
from straitwatch.core.model import Hit, Mark, MatchText, Sourced, TermSet, WatchList
from straitwatch.errors import UsageError

app = new_app(help="Show the use of terms and term sets.")
_TOP = 8  # contexts, feeds and terms that are listed


@app.command("list", epilog="Example:  `straitwatch terms list`")
def list_(config: ConfigDir = DEFAULT_CONFIG, json: Json = False) -> None:
    """List the term sets: how many terms in which scripts, and which lists use them."""
    loaded = load_quickly(config)
    rows = [_describe(terms, loaded) for terms in loaded.term_sets.values()]
    if json:
        for row in rows:
            write_line(row)
        return
    table = Table("Set", "Terms", "Scripts", "Used by", "Where")
    for row in rows:
        scripts = ", ".join(f"{name} {count}" for name, count in row["scripts"].items())
        used = ", ".join(row["lists"])
        table.add_row(f"${row['set']}", str(row["terms"]), scripts, used, row["place"])
    print_table(table)


def _describe(terms: TermSet, config: Config) -> dict[str, Any]:
    written = [it.text.strip() for it in terms.any]
    return {
        "set": terms.name,
        "terms": len(written),
        "scripts": dict(Counter(script_of(it) for it in written if it[:1] != "$").most_common()),
        "lists": _lists_using(terms.name, config),
        "place": str(terms.position or ""),
    }


@app.command(epilog="Examples:  `straitwatch terms show 一中`  ·  `straitwatch terms show '$pla'`")
def show(
    term: Annotated[str, typer.Argument(help="A term as a list has it, or a $set.")],
    days: Annotated[int, typer.Option(min=1, help="Stored entries of so many last days.")] = 30,
    context: Annotated[int, typer.Option(min=5, help="Characters on each side.")] = 36,
    limit: Annotated[int, typer.Option(min=0, help="Lines that are shown.")] = 20,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Show a term in its contexts: what stands around it, in which feeds, and who matched it.

    What stands beside most hits of a short term shows which longer words it is only a part of.
    """
    with opened(config) as (loaded, store), store.reading() as tx:
        matcher = _matcher_of(term, loaded)
        found = Concordance(width=context, lines_kept=limit)
        marks = db.read_marks(tx)
        read = 0
        for stored, text in recent_texts(tx, loaded, days=days):
            read += 1
            _look(found, stored, text, matcher, loaded, marks)
    if json:
        write_line(_as_json(term, found, read, days, loaded))
        for line in found.lines:
            write_line({"left": line.left, "hit": line.hit, "right": line.right, "feed": line.feed})
        return
    _print(new_console(highlight=False, soft_wrap=True), term, found, read, days, loaded)


def _matcher_of(term: str, config: Config) -> Matcher:
    """Compile a term the way the lists would; with it the sets that have it, for their masks."""
    if term.startswith("$") and term[1:] not in config.term_sets:
        raise UsageError(f"no such term set: {term}\nhint: see `straitwatch terms list`")
    with_it = () if term.startswith("$") else _sets_with(term, config)
    sets = "".join(f" OR ${it.name}" for it in with_it)
    asked = WatchList(id="asked", title="", match=(Sourced(text=term + sets),))
    matcher, problems = compile_rules(config.term_sets, [asked])
    if matcher is None:
        wrong = next(it for it in problems if not it.is_warning)
        raise UsageError(f"{term}: {wrong.message}\nhint: {wrong.hint}")
    return matcher


def _sets_with(term: str, config: Config) -> list[TermSet]:
    sets = config.term_sets.values()
    return [it for it in sets if term in (text.text.strip() for text in it.any)]


def _look(
    found: Concordance,
    stored: db.StoredEntry,
    text: MatchText,
    matcher: Matcher,
    config: Config,
    marks: dict[tuple[str, str], Mark],
) -> None:
    if not matcher.read(text).hits:
        return
    (explanation,) = matcher.explain(text)
    is_set = any(rule.when.startswith("$") for rule in explanation.rules)
    wanted = explanation.rules[0].when.partition(" OR ")[0].strip('"')
    masked = [it for it in explanation.masked if is_set or it.hit.term == wanted]
    inside = {(it.hit.field, it.hit.start, it.hit.end) for it in masked}
    found.masked.update(it.inside.text for it in masked)
    hits = [
        hit
        for rule in explanation.rules
        for hit in rule.hits
        if hit.field != "feed" and (is_set or hit.term == wanted)
    ]
    free: Sequence[Hit] = [it for it in hits if (it.field, it.start, it.end) not in inside]
    if free:
        fields = {"title": text.title, "summary": text.summary, "content": text.content}
        names = [it.id for it in config.watchlists]
        verdicts = [marks[key].verdict for it in names if (key := (stored.entry.id, it)) in marks]
        is_matched = bool(config.matcher.match(text))
        found.add(fields, free, feed=stored.feed_name, is_matched=is_matched, verdicts=verdicts)


def _lists_using(name: str, config: Config) -> list[str]:
    """Return the lists that name a set, in a rule or through another set."""
    names, waiting = {name}, [name]
    while waiting:
        ref = f"${waiting.pop()}"
        for other in config.term_sets.values():
            texts = (it.text.strip() for it in (*other.any, *other.not_inside))
            if other.name not in names and ref in texts:
                names.add(other.name)
                waiting.append(other.name)
    pattern = re.compile(rf"\$(?:{'|'.join(map(re.escape, names))})(?![\w-])")
    return [it.id for it in config.watchlists if pattern.search(_rules_text(it))]


def _rules_text(config: WatchList) -> str:
    whens = [it.when.text for it in (*config.signals, *config.noise)]
    levels = [it.when.text for it in config.severity if it.when]
    return "\n".join([*(it.text for it in (*config.match, *config.exclude)), *whens, *levels])


# ---------------------------------------------------------------- showing


def _print(
    console: Console, term: str, found: Concordance, read: int, days: int, config: Config
) -> None:
    console.print(Text(term, style="bold"))
    for place in _places(term, config):
        console.print(Text(f"  {place}"))
    rate = found.entries / days
    console.print(f"{found.hits} hits in {found.entries} of {read} entries ({rate:.1f} a day)")
    if found.masked:
        console.print(Text(f"masked: {found.masked.total()}, inside {_top(found.masked)}"))
    if not found.hits:
        return
    console.print(f"some list matched {found.matched} of the {found.entries} entries")
    if found.verdicts:
        console.print(f"marked: {_top(found.verdicts)}".replace("_", " "))
    named = (("fields", found.fields), ("before", found.left), ("after", found.right))
    for name, counter in (*named, ("feeds", found.feeds)):
        console.print(Text(f"{name}: {_top(counter)}"))
    if len(found.terms) > 1:
        console.print(Text(f"terms: {_top(found.terms)}"))
    for hint in found.suggestions():
        text = f"{hint.count} of {found.hits} stand inside {hint.inside}, of which lists matched "
        text += f"{hint.matched}: consider not_inside: [{hint.inside}]"
        console.print(Text(text, style="yellow"))
    console.print()
    for line in found.lines:
        console.print(_aligned(line, found.width))


def _places(term: str, config: Config) -> list[str]:
    if term.startswith("$"):
        own = config.term_sets[term[1:]]
        used = ", ".join(_lists_using(own.name, config)) or "no list"
        return [f"{own.position or ''}, {len(own.any)} terms, used by {used}"]
    places = []
    for terms_ in _sets_with(term, config):
        place = next(it.position for it in terms_.any if it.text.strip() == term)
        used = ", ".join(_lists_using(terms_.name, config)) or "no list"
        places.append(f"in ${terms_.name} ({place}), used by {used}")
    return places or ["in no term set"]


def _top(counter: "Counter[Any]") -> str:
    told = [f"{name} {count}" for name, count in counter.most_common(_TOP)]
    more = len(counter) - len(told)
    return ", ".join(told) + (f" and {more} more" if more > 0 else "")


def _aligned(line: Line, width: int) -> Text:
    left = line.left
    while cell_len(left) > width:
        left = left[1:]
    padding = " " * (width - cell_len(left))
    right = set_cell_size(line.right, width)
    return Text.assemble(padding, left, (line.hit, "bold yellow"), right, (f"  {line.feed}", "dim"))


def _as_json(term: str, found: Concordance, read: int, days: int, config: Config) -> dict[str, Any]:
    return {
        "term": term,
        "days": days,
        "read": read,
        "entries": found.entries,
        "hits": found.hits,
        "matched": found.matched,
        "masked": dict(found.masked),
        "fields": dict(found.fields),
        "before": dict(found.left.most_common(50)),
        "after": dict(found.right.most_common(50)),
        "feeds": dict(found.feeds.most_common(50)),
        "terms": dict(found.terms.most_common()),
        "marked": {verdict.value: count for verdict, count in found.verdicts.items()},
        "suggestions": [
            {"inside": it.inside, "hits": it.count, "matched": it.matched}
            for it in found.suggestions()
        ],
        "places": _places(term, config),
    }
