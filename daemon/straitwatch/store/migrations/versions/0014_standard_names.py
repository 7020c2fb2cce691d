"""Gives columns and keys the standard names."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_META = {
    "told of trouble": "health notices",
    "told of first sight until": "first fetch noticed until",
}


def upgrade() -> None:
    op.alter_column("story", "waiting", new_column_name="pending_levels")
    _rename_meta(_META)


def downgrade() -> None:
    op.alter_column("story", "pending_levels", new_column_name="waiting")
    _rename_meta({new: old for old, new in _META.items()})


def _rename_meta(names: dict[str, str]) -> None:
    for old, new in names.items():
        op.execute(f"UPDATE meta SET key = '{new}' WHERE key = '{old}'")  # noqa: S608 - our own words
