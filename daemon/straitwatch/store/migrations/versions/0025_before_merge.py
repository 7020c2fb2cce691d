"""Adds the state before a merge to the actions of people."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("manual_action", sa.Column("before_merge", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("manual_action", "before_merge")
