"""Stories in another language that may be about the same event."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report", sa.Column("related", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("report", "related")
