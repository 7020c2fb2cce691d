"""Adds an index of the first messages of threads."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_delivery_parent_id", "delivery", ["parent_id"])


def downgrade() -> None:
    op.drop_index("ix_delivery_parent_id", table_name="delivery")
