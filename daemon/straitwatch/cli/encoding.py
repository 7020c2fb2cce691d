"""Encodes sentence vectors for commands that work line by line."""

import asyncio
from enum import StrEnum
from types import TracebackType
from typing import Self

from straitwatch.core.model import Vector
from straitwatch.encoder import Encoder
from straitwatch.engines import engine_of


class EncoderSetting(StrEnum):
    """The values of `stories.encoder`."""

    AUTO = "auto"
    OFF = "off"


class LineEncoder:
    """Encodes one text at a time in the daemon's worker process; use as a context manager."""

    def __init__(self, setting: str) -> None:
        """Create the encoder for a value of `stories.encoder`."""
        self._runner = asyncio.Runner()
        self._encoder = Encoder(engine_of(setting))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._runner.run(self._encoder.close())
        self._runner.close()

    def encode(self, text: str) -> Vector | None:
        """Return the vector of a text, or None if it cannot be encoded."""
        if self._encoder.is_permanently_unavailable:
            return None
        (vector,) = self._runner.run(self._encoder.encode([text]))
        return vector
