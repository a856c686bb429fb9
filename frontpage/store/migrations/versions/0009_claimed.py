"""When the source says that it learned of a version, so that an older one that comes late does not replace it.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = ("article_version", "reader_version")


def upgrade() -> None:
    """Null for the versions there are: nobody knows any more what they claimed."""
    for table in TABLES:
        op.execute(f"alter table {table} add column claimed_at timestamptz")
        op.execute(
            f"comment on column {table}.claimed_at is 'when its source says it learned of this; null before 0009'"
        )


def downgrade() -> None:
    """The newest to come counts again, whatever it claims."""
    for table in TABLES:
        op.execute(f"alter table {table} drop column claimed_at")
