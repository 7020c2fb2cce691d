"""Adds the normalized headlines of reports, in which words are searched."""

import sqlalchemy as sa
from alembic import op

from straitwatch.core.search import searchable

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_ENTRY = sa.table("entry", *map(sa.column, ("id", "title", "summary", "content")))
_REPORT = sa.table("report", *map(sa.column, ("seq", "entry_id", "headline")))
_CHUNK = 1000
_HEADING = 100  # characters of the text of an entry without a title
_BLANKS = " \t\r\n"


def upgrade() -> None:
    # Not as a batch: SQLite would make the table anew.
    op.add_column("report", sa.Column("headline", sa.Text(), nullable=False, server_default=""))
    connection, seq = op.get_bind(), 0
    while rows := connection.execute(_next_reports(seq)).all():
        seq = rows[-1].seq
        connection.execute(
            _REPORT.update()
            .where(_REPORT.c.seq == sa.bindparam("b_seq"))
            .values(headline=sa.bindparam("b_headline")),
            [{"b_seq": row.seq, "b_headline": searchable(row.heading.strip())} for row in rows],
        )
    op.drop_index("ix_report_story_id", table_name="report")
    op.create_index("ix_report_story_id_headline", "report", ["story_id", "headline"])


def _next_reports(seq: int) -> sa.Select[tuple[int, str]]:
    is_blank = sa.func.trim(_ENTRY.c.title, _BLANKS) == ""
    text = sa.case((_ENTRY.c.summary != "", _ENTRY.c.summary), else_=_ENTRY.c.content)
    heading = sa.case((is_blank, sa.func.substr(text, 1, _HEADING)), else_=_ENTRY.c.title)
    query = sa.select(_REPORT.c.seq, heading.label("heading"))
    query = query.join_from(_REPORT, _ENTRY, _ENTRY.c.id == _REPORT.c.entry_id)
    return query.where(_REPORT.c.seq > seq).order_by(_REPORT.c.seq).limit(_CHUNK)


def downgrade() -> None:
    op.drop_index("ix_report_story_id_headline", table_name="report")
    op.create_index("ix_report_story_id", "report", ["story_id"])
    op.drop_column("report", "headline")
