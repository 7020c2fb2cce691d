"""`doctor`: check this machine, the configuration, the database and the outbox."""

from dataclasses import asdict

import typer

from straitwatch.cli.jsonl import write_line
from straitwatch.cli.last_valid import settings_to_read
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, load_like_daemon
from straitwatch.cli.output import new_console
from straitwatch.clock import utc_now
from straitwatch.doctor import examine
from straitwatch.telemetry import configure_logging

app = new_app()


@app.command(epilog="Examples:  `straitwatch doctor`  ·  `straitwatch doctor --json`")
def doctor(config: ConfigDir = DEFAULT_CONFIG, json: Json = False) -> None:
    """Check this machine, the configuration, the database and the outbox.

    Exit status 1 if it finds a problem.
    """
    configure_logging(level="warning")
    console = new_console(highlight=False, markup=False, soft_wrap=True)
    is_well = True
    for finding in examine(settings_to_read(config, load=load_like_daemon), now=utc_now()):
        is_well &= finding.is_good
        if json:
            write_line(asdict(finding))
            continue
        console.print(f"{'ok  ' if finding.is_good else 'warn'} {finding.name}: {finding.text}")
        if finding.hint:
            console.print(f"     hint: {finding.hint}")
    if not is_well:
        raise typer.Exit(1)
