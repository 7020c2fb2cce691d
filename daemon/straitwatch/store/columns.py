"""Defines the base of all rows and the column types that they share."""

from typing import Any, cast

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Integer, MetaData, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Seq = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers only INTEGER keys by itself


class Packed(TypeDecorator[Any]):
    """A core value stored as JSON text; pydantic writes it and restores its type."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind
        self._adapter: TypeAdapter[Any] | None = None

    @property
    def adapter(self) -> TypeAdapter[Any]:
        """The adapter, built on first use so that importing this module stays cheap."""
        if self._adapter is None:
            self._adapter = TypeAdapter(self.kind)
        return self._adapter

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Dump a value."""
        return None if value is None else self.adapter.dump_json(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """Load a value."""
        return None if value is None else self.adapter.validate_json(value)


Texts = tuple[str, ...]
Words = dict[str, str]


class Row(SQLModel):
    """Base of all tables: constraint names are the same on every engine."""

    metadata = MetaData(naming_convention=_NAMES)


def table_of(row: type[Row]) -> Table:
    """Return the table of a row: statements run on it, not on the row."""
    return cast("Table", row.__table__)  # type: ignore[attr-defined]
