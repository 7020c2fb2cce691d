"""Prints the result of a backtest."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from rich.text import Text

from straitwatch.cli.jsonl import write_line
from straitwatch.cli.output import local_time
from straitwatch.cli.samples import CHANGE_SIGNS, sample_lines
from straitwatch.core.backtest import BacktestResult, ListResult, Sample
from straitwatch.core.model import Change

_RULES_SHOWN = 6  # of a list and direction
_REASONS_SHOWN = 3  # of a sample


def result_lines(
    result: BacktestResult, *, has_base: bool, seconds: float, zone: ZoneInfo
) -> Iterator[Text]:
    """Yield the lists with their rates, rules and samples."""
    span = ""
    if result.since_at and result.until_at:
        since, until = (
            f"{day.astimezone(zone):%d %b}" for day in (result.since_at, result.until_at)
        )
        span = f" of {result.days:.1f} days ({since} to {until})"
    yield Text(f"{result.entries:,} entries{span}, read in {seconds:.1f} s")
    if not result.entries:
        yield Text("the lists were tried on no entry; the daemon stores entries as it polls")
    elif not result.lists:
        yield Text("no list fires on any of them")
    for found in result.lists:
        yield Text()
        yield _headline(found, days=result.days, has_base=has_base)
        yield from _rule_lines(found, days=result.days, has_base=has_base)
        for sample in sorted(found.samples, key=lambda sample: list(Change).index(sample.change)):
            yield from _sample_lines(sample, has_base=has_base, zone=zone)


def _rule_lines(found: ListResult, *, days: float, has_base: bool) -> Iterator[Text]:
    for change in Change:
        for rule, count in _top_rules(found, change, has_base=has_base):
            rate = f"{CHANGE_SIGNS[change] if has_base else ' '}{count / days:.1f}"
            yield Text(f"  {rate:>6} a day  {rule}")
    if found.verdicts:
        marks = (
            f"{change.value}: {count} {verdict.value}"
            for (change, verdict), count in found.verdicts.items()
        )
        yield Text(f"  as people marked them: {', '.join(marks)}".replace("_", " "))


def _headline(found: ListResult, *, days: float, has_base: bool) -> Text:
    name = (found.watchlist, "bold")
    after = f"{found.alerts_after / days:.1f} alerts a day"
    if not has_base:
        return Text.assemble(name, f"  {after}, {found.entries_after} entries")
    changed = (
        f"+{found.alerts_gained / days:.1f} / -{found.alerts_lost / days:.1f} alerts a day",
        "bold yellow" if found.entries else "green",
    )
    entries = f"entries +{found.entries[Change.GAINED]} / -{found.entries[Change.LOST]}"
    severity = f", {found.entries[Change.SEVERITY]} of another severity"
    before = f"{found.alerts_before / days:.1f} before, {after}"
    return Text.assemble(name, "  ", changed, f"  ({before}; {entries}{severity})")


def _top_rules(found: ListResult, change: Change, *, has_base: bool) -> list[tuple[str, int]]:
    if not has_base and change is not Change.GAINED:
        return []
    counts = [(rule, count) for (kind, rule), count in found.rules.items() if kind is change]
    return sorted(counts, key=lambda rule: (-rule[1], rule[0]))[:_RULES_SHOWN]


def _sample_lines(sample: Sample, *, has_base: bool, zone: ZoneInfo) -> Iterator[Text]:
    sign = CHANGE_SIGNS[sample.change] if has_base else "·"
    lead = f"  {sign} {local_time(sample.seen_at, zone)} {sample.feed_name}: "
    mark = sample.verdict.value if sample.verdict else ""
    yield from sample_lines(sample.entry.title, sample.match, lead=lead, mark=mark)
    for why in sample.why[:_REASONS_SHOWN] if has_base else ():
        yield Text(f"      {why}")


def write_result(result: BacktestResult, *, has_base: bool, failed: int, seconds: float) -> None:
    """Print one JSON object for each list and sample, and one for the total."""
    for found in result.lists:
        write_line(_as_json(found, days=result.days))
        for sample in found.samples:
            write_line(_sample_as_json(found.watchlist, sample))
    write_line(
        {
            "kind": "total",
            "entries": result.entries,
            "days": round(result.days, 2),
            "since": result.since_at.isoformat() if result.since_at else None,
            "until": result.until_at.isoformat() if result.until_at else None,
            "diff": has_base,
            "examples_failed": failed,
            "seconds": round(seconds, 2),
        }
    )


def _as_json(found: ListResult, *, days: float) -> dict[str, Any]:
    return {
        "kind": "list",
        "watchlist": found.watchlist,
        "alerts_before": found.alerts_before,
        "alerts_after": found.alerts_after,
        "alerts_gained": found.alerts_gained,
        "alerts_lost": found.alerts_lost,
        "gained_per_day": round(found.alerts_gained / days, 2),
        "lost_per_day": round(found.alerts_lost / days, 2),
        "entries_before": found.entries_before,
        "entries_after": found.entries_after,
        "entries_gained": found.entries[Change.GAINED],
        "entries_lost": found.entries[Change.LOST],
        "severity_changed": found.entries[Change.SEVERITY],
        "rules": [
            {"change": change.value, "rule": rule, "entries": count}
            for (change, rule), count in found.rules.most_common()
        ],
        "marked": [
            {"change": change.value, "verdict": verdict.value, "entries": count}
            for (change, verdict), count in found.verdicts.items()
        ],
    }


def _sample_as_json(watchlist: str, sample: Sample) -> dict[str, Any]:
    return {
        "kind": "sample",
        "watchlist": watchlist,
        "change": sample.change.value,
        "id": sample.entry.id,
        "title": sample.entry.title,
        "url": sample.entry.url,
        "feed": sample.feed_name,
        "seen": sample.seen_at.isoformat(),
        "severity": sample.match.severity.value,
        "score": sample.match.score,
        "hits": [hit.text for hit in sample.match.hits],
        "why": list(sample.why),
        "verdict": sample.verdict.value if sample.verdict else None,
    }
