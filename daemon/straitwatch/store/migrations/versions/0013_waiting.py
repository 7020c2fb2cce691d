"""Lines of severity that wait for their story to have the sources that they ask for."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as a batch: SQLite would make the table anew, and others refer to it.
    op.add_column("story", sa.Column("waiting", sa.Text(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("story", "waiting")
