"""`review --patch`: propose changes against wrong matches, with their measured effect."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from typing import Any

import typer

from straitwatch import store as db
from straitwatch.cli.entries import recent_texts
from straitwatch.cli.jsonl import write_line
from straitwatch.config import Config, add_noise, load_lists
from straitwatch.core.match import Matcher, NoiseRule, RatedMatch, propose_noise
from straitwatch.core.model import Verdict, WatchList
from straitwatch.core.plural import counted

_SAMPLES = 5
_FOLDERS = ("watchlists", "terms")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A changed file, and the matches that the change removes."""

    watchlist: str
    rule: NoiseRule
    diff: str
    wrong: int  # matches marked as not relevant
    removed: tuple[RatedMatch, ...] = field(default=())

    def count(self, verdict: Verdict | None) -> int:
        """Return the number of removed matches with a verdict."""
        return sum(rated.verdict is verdict for rated in self.removed)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON object of the proposal."""
        return {
            "kind": "patch",
            "watchlist": self.watchlist,
            "when": self.rule.when,
            "points": self.rule.points,
            "not_relevant": self.wrong,
            "removes_not_relevant": self.count(Verdict.NOT_RELEVANT),
            "removes_relevant": self.count(Verdict.RELEVANT),
            "removes_unmarked": self.count(None),
            "diff": self.diff,
        }


def print_patches(
    tx: db.Transaction, config: Config, *, days: int, only: Sequence[str], json: bool
) -> None:
    """Print a unified diff for each list with wrong matches that share a word."""
    is_empty = True
    for proposal in _proposals(tx, config, days=days, only=only):
        is_empty = False
        if json:
            write_line(proposal.to_json())
            continue
        typer.echo(proposal.diff, nl=False)
        for line in _effect(proposal):
            typer.echo(f"# {line}")
    if is_empty and not json:
        typer.echo(
            "no change to propose: two entries with a word in common must be marked not relevant\n"
            "hint: straitwatch mark ALERT not-relevant"
        )


def _effect(proposal: Proposal) -> Iterator[str]:
    removed = proposal.count(Verdict.NOT_RELEVANT)
    wrong = counted(proposal.wrong, "match", "matches")
    yield (
        f"{proposal.watchlist}: removes {removed} of {wrong} marked not relevant, "
        f"{proposal.count(Verdict.RELEVANT)} marked relevant, {proposal.count(None)} unmarked"
    )
    for rated in [rated for rated in proposal.removed if rated.verdict is None][:_SAMPLES]:
        yield f"  unmarked: {rated.text.title}"


def _proposals(
    tx: db.Transaction, config: Config, *, days: int, only: Sequence[str]
) -> Iterator[Proposal]:
    matches = _rated_matches(tx, config, days=days)
    for watchlist in config.watchlists:
        rated = matches.get(watchlist.id, [])
        if only and watchlist.id not in only:
            continue
        rule = propose_noise(rated, watchlist.threshold)
        changed = _changed_file(config.directory, watchlist, rule) if rule else None
        if rule and changed:
            yield _measured(config.directory, watchlist, rule, changed, rated)


def _rated_matches(tx: db.Transaction, config: Config, *, days: int) -> dict[str, list[RatedMatch]]:
    """Return the matches of the current lists on stored entries, with the marks on them."""
    marks = db.read_marks(tx)
    found: dict[str, list[RatedMatch]] = {}
    for stored, text in recent_texts(tx, config, days=days):
        for match in config.matcher.match(text):
            mark = marks.get((stored.entry.id, match.watchlist))
            rated = RatedMatch(text=text, match=match, verdict=mark.verdict if mark else None)
            found.setdefault(match.watchlist, []).append(rated)
    return found


def _changed_file(
    directory: Path, watchlist: WatchList, rule: NoiseRule
) -> tuple[Path, str, str] | None:
    """Return the file of a list, its text and the changed text."""
    line = f'{{points: {rule.points}, when: "{rule.when}"}}'
    for path in (path for name in _FOLDERS for path in sorted((directory / name).glob("*.y*ml"))):
        text = path.read_text(encoding="utf-8")
        if changed := add_noise(text, watchlist.id, line):
            return path, text, changed
    return None


def _measured(
    directory: Path,
    watchlist: WatchList,
    rule: NoiseRule,
    file: tuple[Path, str, str],
    rated: Sequence[RatedMatch],
) -> Proposal:
    """Compile the changed list, and match again all entries on which it fires now."""
    path, text, changed = file
    name = path.relative_to(directory).as_posix()
    with tempfile.TemporaryDirectory(prefix="straitwatch-") as folder:
        overlay = Path(folder) / name
        overlay.parent.mkdir()
        overlay.write_text(changed, encoding="utf-8")
        matcher = load_lists(directory, overlay=[overlay]).matcher
    before, after = (body.splitlines(keepends=True) for body in (text, changed))
    return Proposal(
        watchlist=watchlist.id,
        rule=rule,
        diff="".join(unified_diff(before, after, f"a/{name}", f"b/{name}")),
        wrong=sum(match.verdict is Verdict.NOT_RELEVANT for match in rated),
        removed=tuple(match for match in rated if not _fires(matcher, watchlist.id, match)),
    )


def _fires(matcher: Matcher, watchlist: str, rated: RatedMatch) -> bool:
    return any(match.watchlist == watchlist for match in matcher.match(rated.text))
