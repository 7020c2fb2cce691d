"""`replay`: assign stored reports to stories again and show differences."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.progress import track

from straitwatch import store as db
from straitwatch.cli.jsonl import write_line
from straitwatch.cli.lazy import new_app
from straitwatch.cli.options import DEFAULT_CONFIG, ConfigDir, Json, opened
from straitwatch.cli.output import new_console
from straitwatch.clock import utc_now
from straitwatch.config import Settings
from straitwatch.core.compiled_beat import compile_beat
from straitwatch.core.model import Features, Fold
from straitwatch.core.plan import fold_profiles
from straitwatch.core.plural import counted
from straitwatch.pipeline import WINDOW, refold
from straitwatch.store import Store

app = new_app()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Difference:
    """A report that would be in another story today."""

    features: Features
    then: Fold
    now: Fold

    def to_json(self) -> dict[str, Any]:
        return {
            "entry": self.features.entry_id,
            "title": self.features.title,
            "then": {"story": self.then.story_id, "relation": self.then.relation},
            "now": {"story": self.now.story_id, "relation": self.now.relation},
        }

    def __str__(self) -> str:
        return (
            f"{self.features.title}\n"
            f"  then {self.then.story_id} {self.then}\n"
            f"  now  {self.now.story_id} {self.now}"
        )


@app.command(epilog="Example:  `straitwatch replay --days 30`")
def replay(
    days: Annotated[float, typer.Option(min=0.1, help="Days of reports to compare.")] = 30,
    config: ConfigDir = DEFAULT_CONFIG,
    json: Json = False,
) -> None:
    """Assign stored reports to stories again and show differences.

    Manual merges and splits are kept. Exit status 1 if there is a difference. Reports of the
    thirteen days before are read as well, because the first compared reports may belong to their
    stories.
    """
    since_at = utc_now() - timedelta(days=days)
    with opened(config) as (loaded, store):
        compared, differences = _compare(loaded, store, since_at, is_quiet=json)
    for difference in differences:
        if json:
            write_line(difference.to_json())
        else:
            typer.echo(str(difference))
    if not json:
        again = f"{counted(compared, 'report')} folded again"
        typer.echo(f"{again}, {len(differences):,} with a different result")
    if differences:
        raise typer.Exit(1)


def _compare(
    config: Settings, store: Store, since_at: datetime, *, is_quiet: bool
) -> tuple[int, list[_Difference]]:
    """Return the number of compared reports, and those with another result."""
    beat = compile_beat(config.beat)
    with store.reading() as tx:
        reports = db.recent_reports(tx, since_at=since_at - WINDOW, after_seq=0, reader=beat.reader)
        constraints = db.story_constraints(tx, since_at=since_at - WINDOW)
    folded = track(
        refold(reports, beat.lexicon, fold_profiles(config.watchlists), constraints),
        "folding",
        total=len(reports),
        console=new_console(stderr=True),
        transient=True,
        disable=is_quiet,
    )
    compared = 0
    differences = []
    for report, now in folded:
        features, then = report.features, report.fold
        if features.seen_at < since_at:
            continue
        compared += 1
        if (then.story_id, then.relation) != (now.story_id, now.relation):
            differences.append(_Difference(features=features, then=then, now=now))
    return compared, differences
