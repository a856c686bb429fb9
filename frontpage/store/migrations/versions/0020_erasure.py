"""Readers who were forgotten: so that who comes back is somebody new, and what was done can be shown.

Revision ID: 0020
Revises: 0019
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = """
create table reader_generation (
    id_hash    bytea primary key check (length(id_hash) = 32),
    generation integer not null check (generation > 0),
    erased_at  timestamptz not null
);
comment on table reader_generation is
    'grain: reader id that was forgotten, as a keyed hash; their next pseudonym counts the generation in, and what
happened up to erased_at is never loaded again';

create table erasure (
    erasure_id bigint generated always as identity primary key,
    subject    text not null,
    erased_at  timestamptz not null,
    actor      text not null,
    reason     text not null,
    report     jsonb not null,
    signature  text not null
);
comment on table erasure is
    'grain: one erasure; subject is a keyed hash of the reader''s id. report: what was deleted, and what expires when';

create function say_erased() returns trigger language plpgsql as $$
begin
    perform pg_notify('frontpage_erased', '');
    return null;
end $$;
create trigger say_erased after insert or update on reader_generation for each statement execute function say_erased();

grant select on reader_generation to frontpage_serving;
"""


def upgrade() -> None:
    """Create the tables of erasures."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop them: who comes back would have the old pseudonym again."""
    op.execute("drop table erasure, reader_generation")
    op.execute("drop function say_erased()")
