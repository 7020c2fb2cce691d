"""Adds indexes of the latest changes of messages and the latest undos."""

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_delivery_changed", "delivery", ["state", "updated_at"])
    op.create_index("ix_manual_action_undone_at", "manual_action", ["undone_at"])


def downgrade() -> None:
    op.drop_index("ix_manual_action_undone_at", table_name="manual_action")
    op.drop_index("ix_delivery_changed", table_name="delivery")
