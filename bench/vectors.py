"""Makes the sentence vectors of the measured sets with the real engine, and caches them."""

import argparse
import sqlite3
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

from straitwatch.core.model import Vector
from straitwatch.core.vectors import readable, to_int8
from straitwatch.engines import Engine, engine_of, load_e5, unavailable_reason

_BATCH = 8  # texts; larger batches are not faster
_COMMIT_AFTER = 800  # texts, so that an interrupted run costs little


class Vectors:
    """Vectors by text, read from a file, or made in this process and added to the file."""

    def __init__(self, setting: str, cache: Path | None = None) -> None:
        """`setting` is "auto" or "off"; without `cache`, vectors are not stored."""
        engine = engine_of(setting)
        if setting == "auto" and (because := unavailable_reason(engine)):
            raise SystemExit(f"no encoder: {because}\nhint: --encoder off")
        self._engine: Engine | None = load_e5() if engine else None
        if cache:
            cache.mkdir(parents=True, exist_ok=True)
        self._file = sqlite3.connect(cache / "vectors.sqlite" if cache else ":memory:")
        self._file.execute("CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, made BLOB)")

    @property
    def model(self) -> str:
        """The name of the model, or an empty string."""
        return self._engine.model if self._engine else ""

    def encode(self, texts: Sequence[str]) -> list[Vector | None]:
        """Return the vector of each text; None without an encoder, or for a text without words."""
        if self._engine is None:
            return [None] * len(texts)
        cleaned = [readable(text) for text in texts]
        self._make(self._engine, [text for text in dict.fromkeys(cleaned) if text])
        return [self._vector(text) if text else None for text in cleaned]

    def encode_one(self, text: str) -> Vector | None:
        """Return the vector of one text, in the form that `backtest` needs."""
        return self.encode([text])[0]

    def keep(self, text: str, made: bytes) -> None:
        """Add a vector that another process made with the same model."""
        key = self._key(readable(text))
        self._file.execute("INSERT OR IGNORE INTO vector VALUES (?, ?)", (key, made))

    def commit(self) -> None:
        """Write the added vectors."""
        self._file.commit()

    def _make(self, engine: Engine, texts: Sequence[str]) -> None:
        missing = [text for text in texts if self._kept(text) is None]
        for begin in range(0, len(missing), _BATCH):
            batch = missing[begin : begin + _BATCH]
            for text, row in zip(batch, to_int8(engine.encode(batch)), strict=True):
                self.keep(text, row.tobytes())
            if begin % _COMMIT_AFTER == 0:
                self.commit()
        self.commit()

    def _vector(self, text: str) -> Vector | None:
        made = self._kept(text)
        return Vector(model=self.model, values=made) if made and any(made) else None

    def _kept(self, text: str) -> bytes | None:
        query = "SELECT made FROM vector WHERE key = ?"
        found = self._file.execute(query, (self._key(text),)).fetchone()
        return found[0] if found else None

    def _key(self, text: str) -> bytes:
        return blake2b(f"{self.model}\n{text}".encode(), digest_size=16).digest()


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `Vectors`."""
    parser.add_argument("--encoder", choices=("auto", "off"), default="auto")
    parser.add_argument("--cache", type=Path, help="a folder in which vectors are kept")
