"""`replay`: fold the stored reports once more, in order, and compare with what was decided."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.progress import track

from straitwatch import store as db
from straitwatch.cli.console import new_console
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, opened
from straitwatch.clock import utc_now
from straitwatch.core.compiled_beat import compile_beat
from straitwatch.core.model import Features, Fold
from straitwatch.core.plan import fold_profiles
from straitwatch.core.render import counted
from straitwatch.pipeline import WINDOW, refold

app = new_app()


@app.command(epilog="Example:  `straitwatch replay --days 30`")
def replay(
    days: Annotated[float, typer.Option(min=0.1, help="Compare the reports of so many days.")] = 30,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Assign stored reports to stories again and show differences.

    Exit status 1 if there are any.

    The thirteen days before the first compared report are read as well, because its story was
    found among them. Merges and splits by a person are kept.
    """
    since_at = utc_now() - timedelta(days=days)
    with opened(config) as (loaded, store), store.reading() as tx:
        beat = compile_beat(loaded.beat)
        reports = db.recent_reports(tx, since_at=since_at - WINDOW, after_seq=0, reader=beat.reader)
        constraints = db.story_constraints(tx, since_at=since_at - WINDOW)
    quiet = new_console(stderr=True)
    folded = refold(reports, beat.lexicon, fold_profiles(loaded.watchlists), constraints)
    shown = track(
        folded, "folding", total=len(reports), console=quiet, transient=True, disable=json
    )
    compared = 0
    differences: list[tuple[Features, Fold, Fold]] = []
    for report, now in shown:
        features, then = report.features, report.fold
        if features.seen_at < since_at:
            continue
        compared += 1
        if (then.story_id, then.relation) != (now.story_id, now.relation):
            differences.append((features, then, now))
    for features, then, now in differences:
        if json:
            write_line(
                {
                    "entry": features.entry_id,
                    "title": features.title,
                    "then": {"story": then.story_id, "relation": then.relation},
                    "now": {"story": now.story_id, "relation": now.relation},
                }
            )
        else:
            typer.echo(
                f"{features.title}\n  then {then.story_id} {then}\n  now  {now.story_id} {now}"
            )
    if not json:
        again = f"{counted(compared, 'report')} folded again"
        typer.echo(f"{again}, {len(differences):,} with a different result")
    if differences:
        raise typer.Exit(1)
