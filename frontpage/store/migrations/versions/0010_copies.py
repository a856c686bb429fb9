"""Copies of an article are found by the article they repeat.

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Few versions are copies, so the index is small."""
    op.execute(
        "create index article_version_duplicate_of on article_version (duplicate_of) where duplicate_of is not null"
    )


def downgrade() -> None:
    """Nothing asks for copies any more."""
    op.execute("drop index article_version_duplicate_of")
