"""Prints the examples of watch-lists that fail, with their hits and points."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from straitwatch.cli.output import highlighted, hit_words
from straitwatch.core.match import ExampleFailure, RuleExplanation


def print_failure(out: Console, failure: ExampleFailure) -> None:
    """Print an example that fails: its hits, and the points of each rule."""
    explanation = failure.explanation
    expected = "must match, but does not" if failure.expected else "must not match, but does"
    place = f"{failure.example.position}: " if failure.example.position else ""
    out.print(Text.assemble((place, "bold"), (f"{failure.watchlist}: {expected}", "red")))
    title = failure.example.text.partition(" || ")[0].strip()
    hits = (hit for rule in explanation.rules for hit in rule.hits)
    out.print(highlighted(title, hits, lead="  "))
    out.print(f"  {explanation.score} points, the threshold is {explanation.threshold}")
    for line in _rule_lines(failure):
        out.print(Text(f"    {line}"))


def _rule_lines(failure: ExampleFailure) -> Iterator[str]:
    explanation = failure.explanation
    if explanation.filtered:
        yield f"skipped: {explanation.filtered}"
    if explanation.excluded_by:
        yield f"excluded by {explanation.excluded_by}"
    for rule in explanation.rules:
        if rule.holds:
            yield f"{rule.rule:<12} {_points(rule):>4}  {hit_words(rule.hits) or rule.when}"
        elif failure.expected and rule.kind == "match":
            yield f"{rule.rule:<12}   no  {'; '.join(map(str, rule.missing)) or rule.when}"
    for masked in explanation.masked:
        yield f"not counted: {masked.hit.text}, inside {masked.inside.text}"


def _points(rule: RuleExplanation) -> str:
    if rule.kind == "noise":
        return f"-{abs(rule.points)}"
    return f"+{rule.points}" if rule.points else "yes"
