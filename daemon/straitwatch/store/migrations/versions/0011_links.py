"""Where an entry links to: whose reporting it may be."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as a batch: SQLite would make the table anew, and others refer to it.
    op.add_column("entry", sa.Column("links", sa.Text(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("entry", "links")
