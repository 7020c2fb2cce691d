"""Adds links of entries, pending severities, and the release time of held reports."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as batches: SQLite would make the tables anew, and others refer to them.
    op.add_column("entry", sa.Column("links", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("story", sa.Column("waiting", sa.Text(), nullable=False, server_default="[]"))
    op.add_column(
        "report",
        sa.Column("released_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    )
    op.create_index("ix_report_released_at", "report", ["released_at"])
    op.drop_table("job")  # it was always empty


def downgrade() -> None:
    op.create_table(
        "job",
        sa.Column("job", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("claimed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("pk_job")),
    )
    op.drop_index("ix_report_released_at", table_name="report")
    op.drop_column("report", "released_at")
    op.drop_column("story", "waiting")
    op.drop_column("entry", "links")
