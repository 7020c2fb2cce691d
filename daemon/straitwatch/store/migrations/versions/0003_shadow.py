"""Adds shadow runs and their differences."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shadow_run",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("since_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("until_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("reported_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_shadow_run")),
    )
    op.create_table(
        "shadow",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("watchlist", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("match", sa.Text(), nullable=False),
        sa.Column("seen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_shadow_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("version", "entry_id", "watchlist", name=op.f("pk_shadow")),
    )


def downgrade() -> None:
    op.drop_table("shadow")
    op.drop_table("shadow_run")
