"""`doctor`: check this machine, the configuration, the database and the outbox."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from straitwatch.cli.jsonl import write_line
from straitwatch.cli.last_valid import settings_to_read
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, load_like_daemon
from straitwatch.cli.output import new_console
from straitwatch.clock import utc_now
from straitwatch.core.plural import counted
from straitwatch.doctor import Finding, examine
from straitwatch.telemetry import configure_logging

app = new_app()


@app.command(
    epilog="Examples:  `straitwatch doctor`  ·  `straitwatch doctor --all`  ·  "
    "`straitwatch doctor --strict --json`"
)
def doctor(
    everything: Annotated[
        bool, typer.Option("--all", help="Show the checks that found nothing too.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit status 1 if there is a warning.")
    ] = False,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Check this machine, the configuration, the database and the outbox.

    Exit status 1 if it finds a problem. A warning, such as one feed that fails, is no problem.
    """
    configure_logging(level="warning")
    settings = settings_to_read(config, load=load_like_daemon)
    findings = list(examine(settings, now=utc_now()))
    if json:
        for finding in findings:
            write_line(asdict(finding))
    else:
        _print(findings, everything=everything)
    if any(not finding.is_good and (strict or not finding.is_warning) for finding in findings):
        raise typer.Exit(1)


def _print(findings: Sequence[Finding], *, everything: bool) -> None:
    """Print the problems first, then the warnings; checks that found nothing are counted."""
    console = new_console(highlight=False, soft_wrap=True)
    problems = [item for item in findings if not item.is_good and not item.is_warning]
    warnings = [item for item in findings if item.is_warning]
    good = [item for item in findings if item.is_good]
    for word, style, group in (("FAIL", "red", problems), ("warn", "yellow", warnings)):
        for line in _lines(word, style, group):
            console.print(line)
    for line in _lines("ok  ", "green", good) if everything else ():
        console.print(line)
    counts = [counted(len(problems), "problem")] if problems else []
    counts += [counted(len(warnings), "warning")] if warnings else []
    more = "" if everything else " (--all shows them)"
    console.print(", ".join([*counts, f"{counted(len(good), 'check')} ok{more}"]))


def _lines(word: str, style: str, findings: Sequence[Finding]) -> Iterator[Text]:
    for finding in findings:
        yield Text.assemble((word, style), f" {finding.name}: {finding.text}")
        if finding.hint:
            yield Text(f"     hint: {finding.hint}")
