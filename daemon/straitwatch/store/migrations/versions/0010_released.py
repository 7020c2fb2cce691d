"""When a report was let out that a brake held back: the digest after it has it."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as a batch: SQLite would make the table anew, and others refer to it.
    op.add_column(
        "report", sa.Column("released_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
    )
    op.create_index("ix_report_released_at", "report", ["released_at"])


def downgrade() -> None:
    op.drop_index("ix_report_released_at", table_name="report")
    op.drop_column("report", "released_at")
