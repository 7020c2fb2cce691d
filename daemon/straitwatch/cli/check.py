"""`check`: check the configuration and run the examples of every watch-list."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from straitwatch.cli.examples import print_failure
from straitwatch.cli.experience import Experience, read_broken_receivers, read_experience
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, load_like_daemon
from straitwatch.cli.output import new_console
from straitwatch.cli.problems import place_json, print_problem, problem_json
from straitwatch.config import Config, write_schemas
from straitwatch.core.match import ExampleFailure, run_examples
from straitwatch.core.model import Problem, WatchList
from straitwatch.core.plural import counted
from straitwatch.core.receivers import ReceiverStatus
from straitwatch.engines import describe, engine_of, unavailable_reason
from straitwatch.errors import ConfigError

_BROAD_SHOWN = 10

app = new_app()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """A watch-list and its failed examples."""

    watchlist: WatchList
    failures: tuple[ExampleFailure, ...]

    @property
    def word(self) -> str:
        if not self.watchlist.enabled:
            return "off"
        return "FAILS" if self.failures else "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Findings:
    """The report of `check` about a valid configuration."""

    config: Config
    notices: tuple[Problem, ...]
    verdicts: tuple[_Verdict, ...]
    experience: Experience | None
    encoder: str  # the reason why it is unavailable, or ""
    broken: Mapping[str, ReceiverStatus]  # receivers, as far as the database knows

    @property
    def failures(self) -> list[ExampleFailure]:
        return [failure for verdict in self.verdicts for failure in verdict.failures]


@app.command(
    epilog="Examples:  `straitwatch check`  ·  `straitwatch check --config /etc/straitwatch --json`"
)
def check(
    config: ConfigDir = DEFAULT_CONFIG,
    write_schema: Annotated[
        bool,
        typer.Option("--write-schema", help="Write DIR/schema/ for your editor, then check."),
    ] = False,
    json: Json = False,
) -> None:
    """Check the configuration and run the examples of every watch-list.

    All problems are listed at once, each with file, line, column and a hint. Exit status 2 if there
    is one, 1 if the database says that a receiver is broken.
    """
    if write_schema:
        write_schemas(config / "schema")
    try:
        findings = _examine(load_like_daemon(config))
    except ConfigError as error:
        (_write_problems if json else _print_problems)(error.problems)
        raise typer.Exit(2) from None
    (_write if json else _print)(findings)
    if findings.failures:
        raise typer.Exit(2)
    if findings.broken:
        raise typer.Exit(1)


def _examine(config: Config) -> _Findings:
    notices = (*config.notices, *_template_problems(config.directory), *_gaps(config))
    failures = run_examples(config.matcher, config.watchlists)
    verdicts = tuple(
        _Verdict(
            watchlist=watchlist,
            failures=tuple(item for item in failures if item.watchlist == watchlist.id),
        )
        for watchlist in config.watchlists
    )
    return _Findings(
        config=config,
        notices=notices,
        verdicts=verdicts,
        experience=read_experience(config),
        encoder=unavailable_reason(engine_of(config.encoder)),
        broken=read_broken_receivers(config),
    )


def _gaps(config: Config) -> Iterator[Problem]:
    """Yield a warning for each setting that prevents all alerts."""
    if not any(feed.enabled for feed in config.feeds):
        hint = (
            "`straitwatch feeds discover URL` finds the feeds of a site, "
            "`straitwatch feeds add URL` adds one"
        )
        yield Problem(position=None, message="no feed is polled", hint=hint, is_warning=True)
    if not any(watchlist.enabled for watchlist in config.watchlists):
        hint = "write one in watchlists/; `straitwatch init DIR` writes the shipped ones"
        yield Problem(position=None, message="no watch-list is on", hint=hint, is_warning=True)


def _template_problems(config: Path) -> Sequence[Problem]:
    if not any(config.glob("templates/*/*.j2")):
        return ()
    from straitwatch.deliver import check_user_templates  # noqa: PLC0415 - half a second, if needed

    return check_user_templates(config / "templates")


# ---------------------------------------------------------------- for people


def _console() -> Console:
    return new_console(highlight=False, markup=False, soft_wrap=True)


def _print_problems(problems: Sequence[Problem]) -> None:
    out = _console()
    for problem in problems:
        print_problem(out, problem)
    out.print(counted(_count_errors(problems), "problem"), style="bold red")
    out.print("examples and names in other files were not checked because of these problems")


def _count_errors(problems: Sequence[Problem]) -> int:
    return sum(not problem.is_warning for problem in problems)


def _print(findings: _Findings) -> None:
    out = _console()
    for failure in findings.failures:
        print_failure(out, failure)
    for problem in findings.notices:
        print_problem(out, problem)
    if findings.notices or findings.failures:
        out.print()
    for line in (
        *_verdict_lines(findings),
        *_broad_lines(findings.experience),
        *_count_lines(findings),
        *_receiver_lines(findings),
        _conclusion(findings),
    ):
        out.print(line)


def _verdict_lines(findings: _Findings) -> Iterator[Text]:
    width = max((len(verdict.watchlist.id) for verdict in findings.verdicts), default=0)
    for verdict in findings.verdicts:
        watchlist = verdict.watchlist
        examples = (
            f"{len(watchlist.must_match)} must match, "
            f"{len(watchlist.must_not_match)} must not match"
        )
        if findings.experience:
            examples += f", {findings.experience.rate(watchlist.id):.1f} entries a day"
        style = "bold red" if verdict.failures else "green"
        yield Text.assemble(
            f"{watchlist.id:<{width}}  ", (f"{verdict.word:<5}", style), f"  {examples}"
        )


def _broad_lines(experience: Experience | None) -> Iterator[Text]:
    if experience is None or not experience.broad:
        return
    common = experience.broad.most_common(_BROAD_SHOWN)
    terms = ", ".join(f"{term} {hits}" for term, hits in common)
    text = f"short terms that hit often in the newest {experience.entries} entries: {terms}"
    yield Text(text, style="yellow")
    yield Text(f"hint: `straitwatch terms show {common[0][0]}`")


def _count_lines(findings: _Findings) -> Iterator[Text]:
    config = findings.config
    if config.shadow:
        names = ", ".join(path.name for path in config.shadow.files)
        yield Text(f"in shadow  {names} (`straitwatch shadow report`)", style="yellow")
    enabled = sum(feed.enabled for feed in config.feeds)
    usable = sum(not receiver.broken_because for receiver in config.receivers.values())
    counts = {
        "directory": f"{config.directory}",
        "feeds": f"{len(config.feeds)}"
        + (f", {enabled} enabled" if enabled != len(config.feeds) else ""),
        "lists": f"{len(config.watchlists)}",
        "terms": f"{_count_terms(config)} in {len(config.term_sets)} sets",
        "beat": f"{_count_names(config)} names, {len(config.beat.sources)} sources",
        "routes": f"{len(config.alerts.routes)}",
        "digests": f"{len(config.alerts.digests)}",
        "encoder": describe(findings.encoder),
        "receivers": f"{len(config.receivers)}, {usable} usable",
    }
    for name, value in counts.items():
        yield Text(f"{name:<10} {value}")


def _count_terms(config: Config) -> int:
    return sum(len(terms.any) for terms in config.term_sets.values())


def _count_names(config: Config) -> int:
    return sum(len(group.names) for group in config.beat.aliases)


def _receiver_lines(findings: _Findings) -> Iterator[Text]:
    for receiver in findings.config.receivers.values():
        broken = findings.broken.get(receiver.name)
        state = broken.state if broken else receiver.broken_because or "ok"
        style = "bold red" if broken else "yellow" if receiver.broken_because else "green"
        yield Text.assemble(f"  {receiver.name:<18} ", (state, style))
        if broken:
            yield Text(f"  hint: {broken.hint}")


def _conclusion(findings: _Findings) -> Text:
    failed = len(findings.failures)
    if failed:
        verb = "fails" if failed == 1 else "fail"
        return Text(f"{counted(failed, 'example')} {verb}", style="bold red")
    count = len(findings.notices)
    warnings = f", with {counted(count, 'warning')}" if count else ""
    good = f"the configuration is good ({findings.config.version}){warnings}"
    return Text(good, style="bold green")


# ---------------------------------------------------------------- for programs


def _write_problems(problems: Sequence[Problem]) -> None:
    for problem in problems:
        write_line(problem_json(problem))
    write_line({"ok": False, "problems": _count_errors(problems)})


def _write(findings: _Findings) -> None:
    for problem in findings.notices:
        write_line(problem_json(problem))
    for failure in findings.failures:
        write_line(_failure_json(failure))
    write_line(_total_json(findings))


def _failure_json(failure: ExampleFailure) -> dict[str, Any]:
    return place_json(failure.example.position) | {
        "level": "error",
        "message": "must match" if failure.expected else "must not match",
        "watchlist": failure.watchlist,
        "example": failure.example.text,
        "score": failure.explanation.score,
        "threshold": failure.explanation.threshold,
        "rules": [
            {"rule": rule.rule, "points": rule.points, "hits": [hit.text for hit in rule.hits]}
            for rule in failure.explanation.rules
            if rule.holds
        ],
    }


def _total_json(findings: _Findings) -> dict[str, Any]:
    config, experience = findings.config, findings.experience
    return {
        "ok": not findings.failures,
        "version": config.version,
        "feeds": len(config.feeds),
        "terms": _count_terms(config),
        "routes": len(config.alerts.routes),
        "watchlists": {
            verdict.watchlist.id: {
                "verdict": verdict.word.lower(),
                "must_match": len(verdict.watchlist.must_match),
                "must_not_match": len(verdict.watchlist.must_not_match),
                "failed": len(verdict.failures),
            }
            for verdict in findings.verdicts
        },
        "stored_entries": experience.entries if experience else 0,
        "broad_terms": dict(experience.broad.most_common()) if experience else {},
        "shadow": [path.name for path in config.shadow.files] if config.shadow else [],
        "encoder": findings.encoder or "ok",
        "receivers": {
            name: receiver.broken_because or _broken_state(findings, name) or "ok"
            for name, receiver in config.receivers.items()
        },
    }


def _broken_state(findings: _Findings, name: str) -> str:
    status = findings.broken.get(name)
    return f"{status.state}; {status.hint}" if status else ""
