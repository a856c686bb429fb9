"""What a reader was shown, found without looking at every impression.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A training asks for the impressions of a reader in a window; the erasure of a reader, for all of theirs."""
    op.execute("create index impression_reader on impression (reader_key, occurred_at)")


def downgrade() -> None:
    """Without it every impression is looked at."""
    op.execute("drop index impression_reader")
