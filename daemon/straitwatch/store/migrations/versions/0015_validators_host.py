"""Adds the host that gave a feed its validators."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "feed", sa.Column("validators_host", sa.String(), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("feed", "validators_host")
