"""Adds the profile of a feed: what its polls have taught."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feed", sa.Column("profile", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("feed", "profile")
