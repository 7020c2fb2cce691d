"""Adds the subscriptions to the pushes of feeds."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "push_subscription",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("feed_id", sa.String(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("callback", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("live_at", UTCDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("pushed_at", UTCDateTime(), nullable=True),
        sa.Column("pushed_seq", sa.Integer(), nullable=True),
        sa.Column("paced_until", UTCDateTime(), nullable=True),
        sa.Column("entries_pushed", sa.Integer(), nullable=False),
        sa.Column("entries_missed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feed.id"], name=op.f("fk_push_subscription_feed_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint(
            "feed_id", "hub", "topic", name=op.f("uq_push_subscription_feed_id_hub_topic")
        ),
    )
    op.create_index("ix_push_subscription_due_at", "push_subscription", ["due_at"])
    op.create_index("ix_push_subscription_pushed_at", "push_subscription", ["pushed_at"])


def downgrade() -> None:
    op.drop_table("push_subscription")
