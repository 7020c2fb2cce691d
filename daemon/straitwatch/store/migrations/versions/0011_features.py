"""Adds the features of reports, so that a fold window is rebuilt without texts."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as batches: SQLite would make the tables anew, and others refer to them.
    op.add_column("report", sa.Column("features", sa.Text(), nullable=True))
    op.add_column("report", sa.Column("vector", sa.LargeBinary(), nullable=True))
    op.add_column(
        "report", sa.Column("vector_model", sa.String(), nullable=False, server_default="")
    )
    op.add_column("report", sa.Column("usual", sa.Float(), nullable=False, server_default="0"))
    op.add_column(
        "report",
        sa.Column("is_probable", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("report", sa.Column("novelty", sa.Text(), nullable=True))
    op.drop_column("report", "told")
    op.add_column("story", sa.Column("sent_severity", sa.String(), nullable=True))
    op.add_column(
        "story", sa.Column("sent_languages", sa.Text(), nullable=False, server_default="[]")
    )
    op.execute(sa.text("UPDATE story SET sent_severity = severity WHERE revision > 0"))
    op.execute(sa.text("UPDATE report SET usual = score WHERE relation <> 'same_entry'"))


def downgrade() -> None:
    op.drop_column("story", "sent_languages")
    op.drop_column("story", "sent_severity")
    op.add_column("report", sa.Column("told", sa.Text(), nullable=True))
    op.drop_column("report", "novelty")
    op.drop_column("report", "is_probable")
    op.drop_column("report", "usual")
    op.drop_column("report", "vector_model")
    op.drop_column("report", "vector")
    op.drop_column("report", "features")
