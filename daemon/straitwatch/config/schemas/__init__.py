"""The pydantic schema of each configuration file: every key with its meaning and its default.

Values arrive as text (see `document`); the schemas turn them into durations, times and numbers.
They never leave `config`.
"""

from straitwatch.config.schemas.base import Names, Phrases, Schema, StoryConditionsSchema
from straitwatch.config.schemas.feeds import FeedSchema, FeedsSchema
from straitwatch.config.schemas.routing import (
    ReceiverSchema,
    RouteMatchSchema,
    RouteMatchWithStorySchema,
)
from straitwatch.config.schemas.rules import PointsSchema, RulesSchema, WatchListSchema
from straitwatch.config.schemas.settings import SettingsSchema, WebSchema

__all__ = [
    "FeedSchema",
    "FeedsSchema",
    "Names",
    "Phrases",
    "PointsSchema",
    "ReceiverSchema",
    "RouteMatchSchema",
    "RouteMatchWithStorySchema",
    "RulesSchema",
    "Schema",
    "SettingsSchema",
    "StoryConditionsSchema",
    "WatchListSchema",
    "WebSchema",
]
