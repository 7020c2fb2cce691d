"""Folds reports into stories.

A `StoryWindow` takes the features of matched entries in the order in which they were seen, and
answers each with a `Fold`: the story to which it belongs, and why. The window is derived state. It
is never stored, because the features and folds of the last `StoryWindow.MEMORY` rebuild it exactly.
"""

from straitwatch.core.cluster.features import FeatureReader
from straitwatch.core.cluster.identity import RENEWED_AFTER, EntryComparison, is_return
from straitwatch.core.cluster.lexicon import Lexicon
from straitwatch.core.cluster.stories import STORY_AGE, FoldProfile
from straitwatch.core.cluster.window import (
    DEFAULT,
    PROFILES,
    RECALL,
    STRICT,
    StoryWindow,
)

__all__ = [
    "DEFAULT",
    "PROFILES",
    "RECALL",
    "RENEWED_AFTER",
    "STORY_AGE",
    "STRICT",
    "EntryComparison",
    "FeatureReader",
    "FoldProfile",
    "Lexicon",
    "StoryWindow",
    "is_return",
]
