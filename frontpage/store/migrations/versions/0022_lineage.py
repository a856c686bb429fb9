"""Where the lineage of executions is kept: tables of Feast's receiver of OpenLineage events, which makes them itself.

Revision ID: 0022
Revises: 0021
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A schema of its own; the first `frontpage runs lineage` fills it."""
    op.execute("create schema lineage")
    op.execute("comment on schema lineage is 'OpenLineage events, as the receiver of Feast stores them'")


def downgrade() -> None:
    """What was told is gone; the record of executions stays, of which it was made."""
    op.execute("drop schema lineage cascade")
