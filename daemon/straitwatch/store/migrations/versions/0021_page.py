"""Adds the pages of entries, and the mark of entries that hold the text of their page."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_INDEXED = ("due_at", "fetched_at", "entry_id", "rest_until")


def upgrade() -> None:
    op.add_column(
        "entry",
        sa.Column("has_page_text", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_table(
        "page",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("lease_seq", sa.Integer(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fetched_at", UTCDateTime(), nullable=True),
        sa.Column("rest_until", UTCDateTime(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("last_modified", sa.String(), nullable=False),
        sa.Column("validators_host", sa.String(), nullable=False),
        sa.Column("version", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_page_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_page")),
    )
    for name in _INDEXED:
        op.create_index(f"ix_page_{name}", "page", [name])


def downgrade() -> None:
    op.drop_table("page")
    op.drop_column("entry", "has_page_text")
