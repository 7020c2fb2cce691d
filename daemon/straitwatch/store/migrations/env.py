"""Alembic's entry point: runs the migrations on the connection that `store.schema` passes."""

from typing import Any, Literal

from alembic import context

from straitwatch.store.columns import Packed
from straitwatch.store.rows import METADATA


def _render_item(kind: str, item: Any, _autogen: Any) -> str | Literal[False]:
    """Write packed columns as plain text: migrations must not depend on today's values."""
    return "sa.Text()" if kind == "type" and isinstance(item, Packed) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    render_item=_render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
