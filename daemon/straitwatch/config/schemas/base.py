"""The parts that all schemas share: the strict base class, names, and defaults from the core."""

from dataclasses import MISSING, fields
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from straitwatch.config.scalars import Phrase
from straitwatch.core.model import ANY_STORY

Level = Literal["low", "normal", "high", "critical"]
Name = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64),
]
Names = tuple[str, ...]
Phrases = tuple[Phrase, ...]


class Schema(BaseModel):
    """A mapping in a file: unknown keys are errors, an empty value means the default."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value is not None}


def default_of(kind: type, name: str) -> Any:
    """Return the default of a core dataclass's field, so that it is written only there.

    Raises:
        ValueError: the field does not exist or has no default.
    """
    for field in fields(kind):
        if field.name == name and field.default is not MISSING:
            return field.default
    raise ValueError(f"{kind.__name__}.{name} has no default")


class StoryConditionsSchema(Schema):
    """Conditions on the sources of the story."""

    min_origins: int = Field(
        ANY_STORY.min_origins,
        ge=0,
        description="Only stories with at least this many independent origins. Outlets that repeat "
        "another one add none.",
        examples=[2],
    )
    state_only: bool | None = Field(
        ANY_STORY.state_only,
        description="true: only stories that no outlet but state media has reported; false: only "
        "stories that another outlet has reported too. Default: both.",
        examples=[True],
    )
    state_first: bool | None = Field(
        ANY_STORY.state_first,
        description="true: only stories that state media reported first; false: only stories that "
        "another outlet reported first. Default: both.",
        examples=[True],
    )
