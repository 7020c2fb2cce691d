"""Adds the attributions of reports."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report", sa.Column("attributions", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("report", "attributions")
