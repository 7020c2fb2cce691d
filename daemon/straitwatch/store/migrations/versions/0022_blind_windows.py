"""Adds the cause of a gap and the result of its back-fill; a gap may concern all feeds."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_SPANS = sa.table(
    "gap",
    sa.column("feed_id", sa.String()),
    sa.column("since_at", UTCDateTime()),
    sa.column("until_at", UTCDateTime()),
)


def upgrade() -> None:
    spans = _take_spans()
    table = op.create_table(
        "gap",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("feed_id", sa.String(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("since_at", UTCDateTime(), nullable=False),
        sa.Column("until_at", UTCDateTime(), nullable=False),
        sa.Column("filled_at", UTCDateTime(), nullable=True),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feed.id"], name=op.f("fk_gap_feed_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_gap")),
        sa.UniqueConstraint("feed_id", "since_at", name=op.f("uq_gap_feed_id_since_at")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_gap_until_at"), "gap", ["until_at"])
    op.bulk_insert(table, [span | {"cause": "outage", "found": 0} for span in spans])


def downgrade() -> None:
    spans = [span for span in _take_spans() if span["feed_id"]]
    op.create_table(
        "gap",
        sa.Column("feed_id", sa.String(), nullable=False),
        sa.Column("since_at", UTCDateTime(), nullable=False),
        sa.Column("until_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["feed_id"], ["feed.id"], name=op.f("fk_gap_feed_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("feed_id", "since_at", name=op.f("pk_gap")),
    )
    op.create_index(op.f("ix_gap_until_at"), "gap", ["until_at"])
    op.bulk_insert(_SPANS, spans)


def _take_spans() -> list[dict[str, object]]:
    """Read all gaps and drop their table: SQLite cannot change a primary key in place."""
    spans = [dict(row) for row in op.get_bind().execute(sa.select(_SPANS)).mappings()]
    op.drop_table("gap")
    return spans
