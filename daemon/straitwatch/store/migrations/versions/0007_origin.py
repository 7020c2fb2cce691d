"""Whose reporting a story's outlets carry."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("story") as table:
        table.add_column(sa.Column("origins", sa.Text(), nullable=False, server_default="[]"))
        table.add_column(
            sa.Column("is_state_only", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    # Of older stories nobody asked whose reporting it was: each outlet counts as its own.
    op.execute("UPDATE story SET origins = outlets")
    with op.batch_alter_table("story") as table:
        table.alter_column("origins", server_default=None)
        table.alter_column("is_state_only", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("story") as table:
        table.drop_column("is_state_only")
        table.drop_column("origins")
