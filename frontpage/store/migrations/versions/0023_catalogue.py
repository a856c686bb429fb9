"""The inbox of catalogues: articles and readers that a publisher's system sends, and what became of each batch.

Revision ID: 0023
Revises: 0022
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SCOPES = """
alter table api_key drop constraint api_key_scopes_check;
alter table api_key add constraint api_key_scopes_check check (cardinality(scopes) > 0
    and scopes <@ array['read', 'events', 'catalogue', 'viewer', 'operator', 'editor', 'auditor', 'admin']);
"""

TABLES = """
create table catalogue_batch (
    batch_id        text primary key,
    batch_no        bigint generated always as identity unique,
    kind            text not null check (kind in ('articles', 'readers')),
    sender          text not null,
    idempotency_key text,
    content_hash    text not null,
    n_rows          integer not null,
    article_ids     text[] not null default '{}',
    received_at     timestamptz not null,
    sent_at         timestamptz not null default clock_timestamp(),
    extracted_at    timestamptz,
    extract_id      bigint,
    loaded          integer,
    updated         integer,
    unchanged       integer,
    quarantined     integer,
    rejected        jsonb not null default '[]',
    first_listed_at timestamptz,
    unique (sender, idempotency_key)
);
create index catalogue_batch_newest on catalogue_batch (sender, kind, batch_no desc);
create index catalogue_batch_unlisted on catalogue_batch (extracted_at)
    where first_listed_at is null and kind = 'articles';
comment on table catalogue_batch is
    'grain: batch of articles or readers that the API took in; rejected: index, reason and detail of what is in
quarantine. received_at: the now of the API, which may be a historic one; sent_at: the time of day. first_listed_at:
when a list that holds one of its articles was first published';

create table catalogue_row (
    row_id      bigint generated always as identity primary key,
    batch_id    text not null references catalogue_batch on delete cascade,
    kind        text not null,
    place       integer not null,
    payload     text not null,
    reader_key  bigint,
    received_at timestamptz not null
);
create index catalogue_row_received_at on catalogue_row (received_at);
create index catalogue_row_batch on catalogue_row (batch_id);
comment on table catalogue_row is
    'grain: article or reader of a batch that no extract has taken over yet; payload: the row as it came, which may hold
an address: it is deleted when the row is loaded or quarantined';
"""

#: The API adds batches and says what became of them; it cannot read what was sent.
GRANTS = """
grant select, insert on catalogue_batch to frontpage_serving;
grant insert on catalogue_row to frontpage_serving;
"""


def upgrade() -> None:
    """Create the tables, the API's rights and the scope of keys."""
    for part in (SCOPES, TABLES, GRANTS):
        op.execute(part)


def downgrade() -> None:
    """Drop them with what waits; keys that only write catalogues are gone."""
    op.execute("drop table catalogue_row, catalogue_batch")
    op.execute("delete from api_key where 'catalogue' = any(scopes)")
    op.execute("alter table api_key drop constraint api_key_scopes_check")
    op.execute("""alter table api_key add constraint api_key_scopes_check check (cardinality(scopes) > 0
        and scopes <@ array['read', 'events', 'viewer', 'operator', 'editor', 'auditor', 'admin'])""")
