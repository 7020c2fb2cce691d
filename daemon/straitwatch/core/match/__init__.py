"""The matcher: watch-lists compiled once, asked about every entry. See `matcher` for the rules."""

from straitwatch.core.match.compile import compile_rules
from straitwatch.core.match.examples import ExampleFailure, run_examples
from straitwatch.core.match.explain import Explanation, MaskedHit, Missing, RuleExplanation
from straitwatch.core.match.matcher import Matcher
from straitwatch.core.match.nearest import Kept, NearMiss, near_miss, what_tips

__all__ = [
    "ExampleFailure",
    "Explanation",
    "Kept",
    "MaskedHit",
    "Matcher",
    "Missing",
    "NearMiss",
    "RuleExplanation",
    "compile_rules",
    "near_miss",
    "run_examples",
    "what_tips",
]
