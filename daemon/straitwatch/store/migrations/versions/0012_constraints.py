"""Adds decisions of people about pairs of reports."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "story_constraint",
        sa.Column("report_a", sa.String(), nullable=False),
        sa.Column("report_b", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_a"],
            ["entry.id"],
            name=op.f("fk_story_constraint_report_a"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["report_b"],
            ["entry.id"],
            name=op.f("fk_story_constraint_report_b"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("report_a", "report_b", name=op.f("pk_story_constraint")),
    )
    op.create_index("ix_story_constraint_report_b", "story_constraint", ["report_b"])


def downgrade() -> None:
    op.drop_table("story_constraint")
