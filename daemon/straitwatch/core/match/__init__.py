"""The matcher: watch-lists compiled once, asked about every entry. See `matcher` for the rules."""

from straitwatch.core.match.compile import compile_rules
from straitwatch.core.match.examples import ExampleFailure, run_examples
from straitwatch.core.match.explain import Explanation, MaskedHit, RuleExplanation
from straitwatch.core.match.matcher import Matcher

__all__ = [
    "ExampleFailure",
    "Explanation",
    "MaskedHit",
    "Matcher",
    "RuleExplanation",
    "compile_rules",
    "run_examples",
]
