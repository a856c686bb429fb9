"""Keys for people at the desk, and what makes its search and its articles quick.

Revision ID: 0021
Revises: 0020
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SCOPES = """
alter table api_key drop constraint api_key_scopes_check;
alter table api_key add constraint api_key_scopes_check check (cardinality(scopes) > 0
    and scopes <@ array['read', 'events', 'viewer', 'operator', 'editor', 'auditor', 'admin']);
"""

INDEXES = """
create index article_version_title on article_version using gin (to_tsvector('simple', title));
create index read_event_article on read_event (article_id, occurred_at);
"""


def upgrade() -> None:
    """A key may have the roles of the desk; articles are found by words of their titles, reads by their article."""
    op.execute(SCOPES)
    op.execute(INDEXES)


def downgrade() -> None:
    """Keys that only open the desk are gone."""
    op.execute("drop index article_version_title, read_event_article")
    op.execute("delete from api_key where scopes && array['viewer', 'operator', 'auditor']")
    op.execute("alter table api_key drop constraint api_key_scopes_check")
    op.execute("""alter table api_key add constraint api_key_scopes_check
        check (cardinality(scopes) > 0 and scopes <@ array['read', 'events', 'editor', 'admin'])""")
