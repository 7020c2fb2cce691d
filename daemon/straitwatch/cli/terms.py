"""`terms`: show the use of terms and term sets."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from straitwatch import store as db
from straitwatch.cli.entries import recent_texts
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, load_quickly, opened_with_lists
from straitwatch.cli.output import new_console, print_rows
from straitwatch.config import Config
from straitwatch.core.match import Concordance, Line, Matcher, compile_rules, script_of
from straitwatch.core.model import Hit, Mark, MatchText, Sourced, TermSet, WatchList
from straitwatch.errors import UsageError

app = new_app(help="Show the use of terms and term sets.")
_TOP = 8  # contexts, feeds and terms that are listed


@app.command("list", epilog="Example:  `straitwatch terms list`")
def list_(config: ConfigDir = DEFAULT_CONFIG, json: Json = False) -> None:
    """List the term sets with their scripts and the lists that use them."""
    loaded = load_quickly(config)
    rows = [_describe(terms, loaded) for terms in loaded.term_sets.values()]
    columns: dict[str, Callable[[dict[str, Any]], object]] = {
        "Set": lambda row: f"${row['set']}",
        "Terms": lambda row: row["terms"],
        "Scripts": lambda row: _counts(row["scripts"]),
        "Used by": lambda row: ", ".join(row["lists"]),
        "Place": lambda row: row["place"],
    }
    print_rows(rows, columns, as_json=dict if json else None, empty="no term sets")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _describe(terms: TermSet, config: Config) -> dict[str, Any]:
    written = [term.text.strip() for term in terms.any]
    return {
        "set": terms.name,
        "terms": len(written),
        "scripts": dict(
            Counter(script_of(term) for term in written if term[:1] != "$").most_common()
        ),
        "lists": _lists_using(terms.name, config),
        "place": str(terms.position or ""),
    }


@app.command(epilog="Examples:  `straitwatch terms show 一中`  ·  `straitwatch terms show '$pla'`")
def show(
    term: Annotated[str, typer.Argument(help="A term as you write it in a list, or a $set.")],
    days: Annotated[int, typer.Option(min=1, help="Days of stored entries.")] = 30,
    context: Annotated[int, typer.Option(min=5, help="Characters of context on each side.")] = 36,
    limit: Annotated[int, typer.Option(min=0, help="The number of lines.")] = 20,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Show the contexts of a term in stored entries, its feeds and the lists that matched.

    The words beside most hits of a short term show the longer words that contain it.
    """
    with opened_with_lists(config) as (loaded, store), store.reading() as tx:
        matcher = _matcher_of(term, loaded)
        found = Concordance(width=context, lines_kept=limit)
        marks = db.read_marks(tx)
        read = 0
        for stored, text in recent_texts(tx, loaded, days=days):
            read += 1
            _add_entry(found, stored, text, matcher, loaded, marks)
    if json:
        write_line(_as_json(term, found, read, days, loaded))
        for line in found.lines:
            write_line({"left": line.left, "hit": line.hit, "right": line.right, "feed": line.feed})
        return
    _print(new_console(highlight=False, soft_wrap=True), term, found, read, days, loaded)


def _matcher_of(term: str, config: Config) -> Matcher:
    """Compile a term like the lists do, with the sets that contain it, for their masks."""
    if term.startswith("$") and term[1:] not in config.term_sets:
        raise UsageError(f"no such term set: {term}\nhint: see `straitwatch terms list`")
    with_it = () if term.startswith("$") else _sets_with(term, config)
    sets = "".join(f" OR ${terms.name}" for terms in with_it)
    asked = WatchList(id="asked", title="", match=(Sourced(text=term + sets),))
    matcher, problems = compile_rules(config.term_sets, [asked])
    if matcher is None:
        error = next(problem for problem in problems if not problem.is_warning)
        raise UsageError(f"{term}: {error.message}\nhint: {error.hint}")
    return matcher


def _sets_with(term: str, config: Config) -> list[TermSet]:
    return [
        terms
        for terms in config.term_sets.values()
        if term in (written.text.strip() for written in terms.any)
    ]


def _add_entry(
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
    masked = [mask for mask in explanation.masked if is_set or mask.hit.term == wanted]
    inside = {(mask.hit.field, mask.hit.start, mask.hit.end) for mask in masked}
    found.masked.update(mask.inside.text for mask in masked)
    hits = [
        hit
        for rule in explanation.rules
        for hit in rule.hits
        if hit.field != "feed" and (is_set or hit.term == wanted)
    ]
    free: Sequence[Hit] = [hit for hit in hits if (hit.field, hit.start, hit.end) not in inside]
    if free:
        fields = {"title": text.title, "summary": text.summary, "content": text.content}
        names = [watchlist.id for watchlist in config.watchlists]
        verdicts = [
            marks[key].verdict for name in names if (key := (stored.entry.id, name)) in marks
        ]
        is_matched = bool(config.matcher.match(text))
        found.add(fields, free, feed=stored.feed_name, is_matched=is_matched, verdicts=verdicts)


def _lists_using(name: str, config: Config) -> list[str]:
    """Return the lists that name a set, in a rule or through another set."""
    names, waiting = {name}, [name]
    while waiting:
        ref = f"${waiting.pop()}"
        for other in config.term_sets.values():
            texts = (term.text.strip() for term in (*other.any, *other.not_inside))
            if other.name not in names and ref in texts:
                names.add(other.name)
                waiting.append(other.name)
    pattern = re.compile(rf"\$(?:{'|'.join(map(re.escape, names))})(?![\w-])")
    return [
        watchlist.id for watchlist in config.watchlists if pattern.search(_rules_text(watchlist))
    ]


def _rules_text(config: WatchList) -> str:
    rules = (*config.match, *config.exclude)
    weighted = (*config.signals, *config.noise)
    levels = [level.when.text for level in config.severity if level.when]
    return "\n".join(
        [*(rule.text for rule in rules), *(rule.when.text for rule in weighted), *levels]
    )


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
        text = f"{hint.count} of {found.hits} are inside {hint.inside}, and lists matched "
        text += f"{hint.matched} of them: consider not_inside: [{hint.inside}]"
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
        place = next(item.position for item in terms_.any if item.text.strip() == term)
        used = ", ".join(_lists_using(terms_.name, config)) or "no list"
        places.append(f"in ${terms_.name} ({place}), used by {used}")
    return places or ["in no term set"]


def _top(counter: "Counter[Any]") -> str:
    shown = [f"{name} {count}" for name, count in counter.most_common(_TOP)]
    more = len(counter) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


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
            {"inside": hint.inside, "hits": hint.count, "matched": hint.matched}
            for hint in found.suggestions()
        ],
        "places": _places(term, config),
    }
