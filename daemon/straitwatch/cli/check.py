"""The `check` command: everything that is wrong with a configuration, and what it would do."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from straitwatch.cli.console import new_console
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import load_quickly
from straitwatch.config import Config, write_schemas
from straitwatch.core.match import ExampleFailure, RuleExplanation, is_short_term, run_examples
from straitwatch.core.model import Problem, WatchList
from straitwatch.core.render import counted
from straitwatch.core.report import matchable
from straitwatch.engines import describe, engine_of, unavailable_because
from straitwatch.errors import ConfigError, StoreError

_LATEST = 2_000  # stored entries that lists are tried on
_BROAD_SHARE, _BROAD_HITS = 0.01, 5  # of these entries: a short term that hits so often is broad
_BROAD_SHOWN = 10
_WIDTH = 100  # of the line that is shown; longer ones are cut around the mistake

app = new_app()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How one watch-list stands."""

    watchlist: WatchList
    failures: tuple[ExampleFailure, ...]

    @property
    def word(self) -> str:
        """Say it in one word."""
        if not self.watchlist.enabled:
            return "off"
        return "FAILS" if self.failures else "ok"


@app.command(epilog="Example:  `straitwatch check --config config`")
def check(
    config: Annotated[
        Path,
        typer.Option(
            "--config", "-c", envvar="STRAITWATCH_CONFIG", help="The configuration directory."
        ),
    ] = Path("config"),
    write_schema: Annotated[
        bool, typer.Option("--write-schema", help="Write DIR/schema/ for editors, then check.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON Lines.")] = False,
) -> None:
    """Check the configuration and run the examples of every watch-list."""
    if write_schema:
        write_schemas(config / "schema")
    try:
        loaded = load_quickly(config)
    except ConfigError as error:
        _tell_refusal(error.problems, as_json=as_json)
        raise typer.Exit(2) from None
    notices = (*loaded.notices, *_template_problems(config), *_gaps(loaded))
    loaded = replace(loaded, notices=notices)
    verdicts = _verdicts(loaded)
    experience = _experience(loaded)
    if as_json:
        _write_json(loaded, verdicts, experience)
    else:
        _print(loaded, verdicts, experience)
    if any(verdict.failures for verdict in verdicts):
        raise typer.Exit(2)


def _gaps(config: Config) -> Iterator[Problem]:
    """Say what is missing for an alert to reach anybody."""
    if not any(feed.enabled for feed in config.feeds):
        hint = (
            "`straitwatch feeds discover URL` finds the feeds of a site, `feeds add URL` adds one"
        )
        yield Problem(position=None, message="no feed is polled", hint=hint, is_warning=True)
    if not any(watchlist.enabled for watchlist in config.watchlists):
        hint = "write one in watchlists/; `straitwatch init DIR` makes two to begin with"
        yield Problem(position=None, message="no watch-list is on", hint=hint, is_warning=True)


def _template_problems(config: Path) -> Sequence[Problem]:
    if not any(config.glob("templates/*/*.j2")):
        return ()
    from straitwatch.deliver import check_user_templates  # noqa: PLC0415 - as above

    return check_user_templates(config / "templates")


def _verdicts(config: Config) -> list[Verdict]:
    failures = run_examples(config.matcher, config.watchlists)
    return [
        Verdict(
            watchlist=watchlist,
            failures=tuple(it for it in failures if it.watchlist == watchlist.id),
        )
        for watchlist in config.watchlists
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """What the lists do to the newest stored entries."""

    entries: int
    days: float
    fired: Counter[str]  # by list
    broad: Counter[str]  # by term, of those short enough to mean many things


def _experience(config: Config) -> Experience | None:
    """Ask the stored entries, if there are any: what is broad shows in what it hits."""
    if config.database.startswith("sqlite:///") and not _database_file(config).is_file():
        return None
    from straitwatch import store as db  # noqa: PLC0415 - half a second, when there is a database

    try:
        store = db.Store.open(config.database, migrate=False)
    except StoreError:  # an older schema, a server that is away: `doctor` tells
        return None
    with store.reading() as tx:
        found = db.latest_entries(tx, _LATEST)
        feeds = {**db.stored_feeds(tx), **{feed.id: feed for feed in config.feeds}}
    store.close()
    if not found:
        return None
    fired: Counter[str] = Counter()
    terms: Counter[str] = Counter()
    for stored in found:
        text = matchable(stored.entry, feeds[stored.feed_id])
        terms.update(config.matcher.terms_in(config.matcher.read(text)))
        fired.update(match.watchlist for match in config.matcher.match(text))
    days = max((found[0].seen_at - found[-1].seen_at) / timedelta(days=1), 1.0)
    least = max(_BROAD_SHARE * len(found), _BROAD_HITS)
    broad = {term: hits for term, hits in terms.items() if hits >= least and is_short_term(term)}
    return Experience(entries=len(found), days=days, fired=fired, broad=Counter(broad))


def _database_file(config: Config) -> Path:
    return Path(config.database.removeprefix("sqlite:///"))


# ---------------------------------------------------------------- for people


def _tell_refusal(problems: Sequence[Problem], *, as_json: bool) -> None:
    if as_json:
        for problem in problems:
            write_line(_problem_as_json(problem))
        write_line({"ok": False, "problems": _count_errors(problems)})
        return
    out = _console()
    for problem in problems:
        _print_problem(out, problem)
    count = _count_errors(problems)
    out.print(f"{count} problem{'s' if count != 1 else ''}", style="bold red")
    out.print("until then no example is run, and no name is looked up in other files")


def _count_errors(problems: Sequence[Problem]) -> int:
    return sum(not problem.is_warning for problem in problems)


def _console() -> Console:
    return new_console(highlight=False, markup=False, soft_wrap=True)


def _print_problem(out: Console, problem: Problem) -> None:
    where = f"{problem.position}: " if problem.position else ""
    word = "warning: " if problem.is_warning else ""
    style = "yellow" if problem.is_warning else "red"
    out.print(Text.assemble((where, "bold"), (word + problem.message, style)))
    if problem.position and problem.excerpt:
        for line in underline(problem.excerpt, problem.position.column):
            out.print(Text(f"  {line}"))
    if problem.hint:
        out.print(Text.assemble(("hint: ", "bold"), problem.hint))


def underline(line: str, column: int) -> tuple[str, str]:
    """Cut a line around a column, counted from 1, and put a caret under it."""
    at = column - 1
    begin = max(0, at - _WIDTH // 2) if len(line) > _WIDTH else 0
    shown = line[begin : begin + _WIDTH]
    lead = "…" if begin else ""
    trail = "…" if begin + _WIDTH < len(line) else ""
    before = "".join(_blank(character) for character in lead + line[begin:at])
    return f"{lead}{shown}{trail}".replace("\t", " "), f"{before}^"


def _blank(character: str) -> str:
    """Give the space that a character takes in a terminal."""
    return " " if character == "\t" else " " * cell_len(character)


def _print(config: Config, verdicts: Sequence[Verdict], experience: Experience | None) -> None:
    out = _console()
    for problem in config.notices:
        _print_problem(out, problem)
    for verdict in verdicts:
        for failure in verdict.failures:
            print_failure(out, failure)
    if config.notices or any(verdict.failures for verdict in verdicts):
        out.print()
    width = max((len(verdict.watchlist.id) for verdict in verdicts), default=0)
    for verdict in verdicts:
        _print_verdict(out, verdict, width, experience)
    _print_broad(out, experience)
    if config.shadow:
        names = ", ".join(path.name for path in config.shadow.files)
        out.print(Text(f"in shadow  {names} (`straitwatch shadow report`)", style="yellow"))
    for name, value in _counts(config).items():
        out.print(f"{name:<10} {value}")
    _print_receivers(out, config)
    failed = sum(len(verdict.failures) for verdict in verdicts)
    if failed:
        out.print(Text(f"{failed} example{'s' if failed != 1 else ''} fail", style="bold red"))
        return
    warnings = f", with {counted(len(config.notices), 'warning')}" if config.notices else ""
    good = f"the configuration is good ({config.version}){warnings}"
    out.print(Text(good, style="bold green"))


def _print_receivers(out: Console, config: Config) -> None:
    for receiver in config.receivers.values():
        state = receiver.broken_because or "ok"
        out.print(
            Text.assemble(f"  {receiver.name:<18} ", (state, _style(not receiver.broken_because)))
        )


def _print_broad(out: Console, experience: Experience | None) -> None:
    if experience is None or not experience.broad:
        return
    told = (f"{term} {hits}" for term, hits in experience.broad.most_common(_BROAD_SHOWN))
    text = f"short terms that hit often in the newest {experience.entries} entries: "
    hint = f"hint: `straitwatch terms show {experience.broad.most_common(1)[0][0]}`"
    out.print(Text(f"{text}{', '.join(told)}", style="yellow"))
    out.print(Text(hint))


def _style(is_good: bool) -> str:
    return "green" if is_good else "yellow"


def _print_verdict(
    out: Console, verdict: Verdict, width: int, experience: Experience | None
) -> None:
    watchlist = verdict.watchlist
    style = "bold red" if verdict.failures else "green"
    examples = (
        f"{len(watchlist.must_match)} must match, {len(watchlist.must_not_match)} must not match"
    )
    if experience:
        examples += f", {experience.fired[watchlist.id] / experience.days:.1f} entries a day"
    out.print(
        Text.assemble(f"{watchlist.id:<{width}}  ", (f"{verdict.word:<5}", style), f"  {examples}")
    )


def _counts(config: Config) -> dict[str, str]:
    enabled = sum(feed.enabled for feed in config.feeds)
    usable = sum(not receiver.broken_because for receiver in config.receivers.values())
    terms = sum(len(terms.any) for terms in config.term_sets.values())
    return {
        "feeds": f"{len(config.feeds)}"
        + (f", {enabled} enabled" if enabled != len(config.feeds) else ""),
        "lists": f"{len(config.watchlists)}",
        "terms": f"{terms} in {len(config.term_sets)} sets",
        "routes": f"{len(config.alerts.routes)}",
        "digests": f"{len(config.alerts.digests)}",
        "encoder": describe(_encoder_problem(config)),
        "receivers": f"{len(config.receivers)}, {usable} usable",
    }


def _encoder_problem(config: Config) -> str:
    return unavailable_because(engine_of(config.encoder))


def print_failure(out: Console, failure: ExampleFailure) -> None:
    """Show an example that fails: its hits, and the points of each rule."""
    explanation = failure.explanation
    expected = "must match, but does not" if failure.expected else "must not match, but does"
    place = f"{failure.example.position}: " if failure.example.position else ""
    out.print(Text.assemble((place, "bold"), (f"{failure.watchlist}: {expected}", "red")))
    out.print(_highlighted(failure))
    out.print(f"  {explanation.score} points, the threshold is {explanation.threshold}")
    for line in _rule_lines(failure):
        out.print(Text(f"    {line}"))


def _highlighted(failure: ExampleFailure) -> Text:
    """Show the title of an example with its hits."""
    title = failure.example.text.partition(" || ")[0].strip()
    shown = Text(f"  {title}")
    for rule in failure.explanation.rules:
        for hit in rule.hits:
            if hit.field == "title":
                shown.stylize("bold yellow", hit.start + 2, hit.end + 2)
    return shown


def _rule_lines(failure: ExampleFailure) -> Iterator[str]:
    explanation = failure.explanation
    if explanation.filtered:
        yield f"not looked at: {explanation.filtered}"
    if explanation.excluded_by:
        yield f"excluded by {explanation.excluded_by}"
    for rule in explanation.rules:
        if rule.holds:
            words = ", ".join(dict.fromkeys(hit.text for hit in rule.hits))
            yield f"{rule.rule:<12} {_points(rule):>4}  {words or rule.when}"
        elif failure.expected and rule.kind == "match":
            yield f"{rule.rule:<12}   no  {'; '.join(map(str, rule.missing)) or rule.when}"
    for masked in explanation.masked:
        yield f"not counted: {masked.hit.text}, inside {masked.inside.text}"


def _points(rule: RuleExplanation) -> str:
    if rule.kind == "noise":
        return f"-{abs(rule.points)}"
    return f"+{rule.points}" if rule.points else "yes"


# ---------------------------------------------------------------- for programs


def _problem_as_json(problem: Problem) -> dict[str, Any]:
    position = problem.position
    return {
        "file": position.file if position else None,
        "line": position.line if position else None,
        "column": position.column if position else None,
        "level": "warning" if problem.is_warning else "error",
        "message": problem.message,
        "hint": problem.hint,
    }


def _write_json(config: Config, verdicts: Sequence[Verdict], experience: Experience | None) -> None:
    for problem in config.notices:
        write_line(_problem_as_json(problem))
    for verdict in verdicts:
        for failure in verdict.failures:
            position = failure.example.position
            write_line(
                {
                    "file": position.file if position else None,
                    "line": position.line if position else None,
                    "column": position.column if position else None,
                    "level": "error",
                    "message": "must match" if failure.expected else "must not match",
                    "watchlist": failure.watchlist,
                    "example": failure.example.text,
                    "score": failure.explanation.score,
                    "threshold": failure.explanation.threshold,
                    "rules": [
                        {
                            "rule": rule.rule,
                            "points": rule.points,
                            "hits": [it.text for it in rule.hits],
                        }
                        for rule in failure.explanation.rules
                        if rule.holds
                    ],
                }
            )
    write_line(
        {
            "ok": not any(verdict.failures for verdict in verdicts),
            "version": config.version,
            "feeds": len(config.feeds),
            "terms": sum(len(terms.any) for terms in config.term_sets.values()),
            "routes": len(config.alerts.routes),
            "watchlists": {
                it.watchlist.id: {
                    "verdict": it.word.lower(),
                    "must_match": len(it.watchlist.must_match),
                    "must_not_match": len(it.watchlist.must_not_match),
                    "failed": len(it.failures),
                }
                for it in verdicts
            },
            "stored_entries": experience.entries if experience else 0,
            "broad_terms": dict(experience.broad.most_common()) if experience else {},
            "shadow": [path.name for path in config.shadow.files] if config.shadow else [],
            "encoder": _encoder_problem(config) or "ok",
            "receivers": {it.name: it.broken_because or "ok" for it in config.receivers.values()},
        }
    )
