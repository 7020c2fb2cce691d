"""Adds marks, and the configuration that decided about each entry."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mark",
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("watchlist", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("marked_by", sa.String(), nullable=False),
        sa.Column("marked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_mark_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", "watchlist", name=op.f("pk_mark")),
    )
    # Plain ADD COLUMN: a batch would copy the table, and it may hold a million entries.
    op.add_column(
        "entry", sa.Column("config_version", sa.String(), nullable=False, server_default="")
    )
    op.add_column("entry", sa.Column("title_key", sa.LargeBinary(), nullable=True))
    op.create_index("ix_entry_title_key", "entry", ["title_key"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_entry_title_key", table_name="entry")
    op.drop_column("entry", "title_key")
    op.drop_column("entry", "config_version")
    op.drop_table("mark")
