"""Matches entries against compiled watch-lists; `matcher` documents the rules."""

from straitwatch.core.match.compile import compile_rules, is_short_term
from straitwatch.core.match.concordance import Concordance, Line, Suggestion
from straitwatch.core.match.cyrillic import unload_dictionaries
from straitwatch.core.match.document import Document
from straitwatch.core.match.examples import ExampleFailure, example_text, run_examples
from straitwatch.core.match.explain import Explanation, MaskedHit, Missing, RuleExplanation
from straitwatch.core.match.matcher import Matcher
from straitwatch.core.match.nearest import (
    MissKind,
    NearMiss,
    find_deciding_rules,
    find_near_miss,
    find_open_miss,
)
from straitwatch.core.match.noise import NoiseRule, RatedMatch, propose_noise
from straitwatch.core.match.review import NearMisses, Review, RuleRecord, script_of

__all__ = [
    "Concordance",
    "Document",
    "ExampleFailure",
    "Explanation",
    "Line",
    "MaskedHit",
    "Matcher",
    "MissKind",
    "Missing",
    "NearMiss",
    "NearMisses",
    "NoiseRule",
    "RatedMatch",
    "Review",
    "RuleExplanation",
    "RuleRecord",
    "Suggestion",
    "compile_rules",
    "example_text",
    "find_deciding_rules",
    "find_near_miss",
    "find_open_miss",
    "is_short_term",
    "propose_noise",
    "run_examples",
    "script_of",
    "unload_dictionaries",
]
