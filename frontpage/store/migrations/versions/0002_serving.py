"""What readers send back, keys and what they asked of us.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEYS = """
create table api_key (
    key_id              bigint generated always as identity primary key,
    name                text not null,
    key_hash            bytea not null unique check (length(key_hash) = 32),
    scopes              text[] not null
                        check (cardinality(scopes) > 0 and scopes <@ array['read', 'events', 'admin']),
    requests_per_second integer check (requests_per_second > 0),
    created_at          timestamptz not null default clock_timestamp(),
    revoked_at          timestamptz
);
comment on table api_key is 'grain: key; only its SHA-256 is kept. requests_per_second: null takes the setting';
"""

INBOX = """
create table event_inbox (
    event_id      text primary key,
    kind          text not null check (kind in ('read', 'like', 'bookmark', 'share', 'comment', 'follow', 'exposure')),
    reader_id     text not null,
    reader_key    bigint not null,
    article_id    text not null,
    occurred_at   timestamptz not null,
    received_at   timestamptz not null,
    dwell_seconds real check (dwell_seconds >= 0),
    position      smallint check (position >= 1),
    run_id        bigint,
    surface       text,
    region        text,
    device        text,
    referrer      text
);
comment on table event_inbox is
    'grain: event; what the API took in and no extract has taken over yet. The extract that loads or quarantines a row
deletes it here';
comment on table reader is
    'grain: reader; id and pseudonym stand together here, until the next extract in event_inbox, and in quarantine';

alter table impression alter column clicked drop not null;
alter table impression add column run_id bigint;
alter table impression add column surface text;
comment on column impression.clicked is 'null: not said; a read of the same reader and article tells';
comment on column impression.run_id is 'the run that the list shown was from, where the API was told';
"""

PREFERENCES = """
create table reader_preference (
    reader_key  bigint not null,
    kind        text not null check (kind in ('hidden_article', 'muted_publisher', 'muted_category', 'digest')),
    value       text not null,
    recorded_at timestamptz not null,
    ended_at    timestamptz check (ended_at > recorded_at),
    primary key (reader_key, kind, value, recorded_at)
);
create unique index reader_preference_in_force on reader_preference (reader_key, kind, value) where ended_at is null;
comment on table reader_preference is
    'grain: reader, kind, value, recorded_at; in force from recorded_at until ended_at. digest: value on or off';
"""


def upgrade() -> None:
    for part in (KEYS, INBOX, PREFERENCES):
        op.execute(part)


def downgrade() -> None:
    for table in ("reader_preference", "event_inbox", "api_key"):
        op.execute(f"drop table {table}")
    op.execute("delete from impression where clicked is null")
    op.execute("alter table impression drop column surface, drop column run_id, alter column clicked set not null")
    op.execute("""comment on table reader is
        'grain: reader; the only place where the id and its pseudonym stand together'""")
