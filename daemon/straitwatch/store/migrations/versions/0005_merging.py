"""Adds indexes for limits, roll-ups and merged deliveries."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_delivery_sent", "delivery", ["receiver", "delivered_at"])
    op.create_index("ix_delivery_merged_into", "delivery", ["merged_into"])


def downgrade() -> None:
    op.drop_index("ix_delivery_merged_into", "delivery")
    op.drop_index("ix_delivery_sent", "delivery")
