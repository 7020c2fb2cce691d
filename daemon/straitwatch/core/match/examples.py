"""Runs the examples in a watch-list, which are the desk's own tests."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from straitwatch.core.match.explain import Explanation
from straitwatch.core.match.matcher import Matcher
from straitwatch.core.model import MatchText, Sourced, WatchList

EXAMPLE_JOINT = " || "  # between the title and the summary of an example
_ABOUT = re.compile(r"about:\$?(?P<name>\S+)\s+")  # the feed's subject


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleFailure:
    """An example whose result differs from the expected one."""

    watchlist: str
    example: Sourced
    expected: bool  # True: it must match
    explanation: Explanation


def example_text(example: str) -> MatchText:
    """Parse an example such as `about:taiwan Ministry detects 16 aircraft || In all, ...`."""
    subject = _ABOUT.match(example)
    title, _, summary = example[subject.end() if subject else 0 :].partition(EXAMPLE_JOINT)
    about = (subject["name"],) if subject else ()
    return MatchText(title=title.strip(), summary=summary.strip(), about=about)


def run_examples(matcher: Matcher, watchlists: Sequence[WatchList]) -> tuple[ExampleFailure, ...]:
    """Run the examples of all lists and return the failures."""
    enabled = {config.id for config in matcher.watchlists}
    return tuple(
        failure
        for config in watchlists
        if config.id in enabled
        for failure in _failures(matcher, config)
    )


def _failures(matcher: Matcher, config: WatchList) -> Iterator[ExampleFailure]:
    cases = [(example, True) for example in config.must_match]
    cases += [(example, False) for example in config.must_not_match]
    for example, expected in cases:
        text = example_text(example.text)
        fired = any(match.watchlist == config.id for match in matcher.match(text))
        if fired != expected:
            explanation = next(
                found for found in matcher.explain(text) if found.watchlist == config.id
            )
            yield ExampleFailure(
                watchlist=config.id, example=example, expected=expected, explanation=explanation
            )
