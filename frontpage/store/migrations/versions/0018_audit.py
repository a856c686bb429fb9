"""Who changed what, when and why: a chain of entries that can be added to and never changed.

Revision ID: 0018
Revises: 0017
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLES = """
create table audit_entry (
    entry_id      bigint primary key,
    recorded_at   timestamptz not null,
    action        text not null check (action <> ''),
    subject       text not null check (subject <> ''),
    actor         text not null check (actor <> ''),
    reason        text not null check (reason <> ''),
    before        jsonb,
    after         jsonb,
    previous_hash bytea not null,
    hash          bytea not null
);
comment on table audit_entry is
    'grain: one change, or one look at a person''s data; hash covers the row and previous_hash, so that each entry seals
all before it. A reader is named by a keyed hash of their id, never by the id or its pseudonym';
create index audit_entry_subject on audit_entry (subject);

create table audit_head (
    is_only   boolean primary key default true check (is_only),
    n_entries bigint not null,
    hash      bytea not null
);
insert into audit_head values (true, 0, sha256(''));
comment on table audit_head is 'grain: one row; how long the chain is and the hash of its last entry';
"""

#: The head's row is locked until the end of the transaction, so entries are numbered without gaps, in order of commit.
CHAIN = """
create function chain_audit_entry() returns trigger
language plpgsql security definer set search_path from current as $$
declare head audit_head;
begin
    select * into head from audit_head for update;
    new.entry_id := head.n_entries + 1;
    new.recorded_at := clock_timestamp();
    new.previous_hash := head.hash;
    new.hash := sha256(convert_to(jsonb_build_array(
        new.entry_id, (extract(epoch from new.recorded_at) * 1000000)::bigint, new.action, new.subject, new.actor,
        new.reason, new.before, new.after, encode(new.previous_hash, 'hex'))::text, 'UTF8'));
    update audit_head set n_entries = new.entry_id, hash = new.hash;
    return new;
end $$;
create trigger chain_audit_entry before insert on audit_entry for each row execute function chain_audit_entry();

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
    raise exception 'entries of the audit log are never changed' using errcode = 'insufficient_privilege';
end $$;
create trigger refuse_audit_change before update or delete or truncate on audit_entry
    for each statement execute function refuse_audit_change();
"""

ROLE = """
do $$ begin
    if not exists (select from pg_roles where rolname = 'frontpage_audit') then
        create role frontpage_audit nologin;
    end if;
exception when duplicate_object or unique_violation then null;
end $$;
"""
GRANTS = """
grant insert (action, subject, actor, reason, before, after) on audit_entry to frontpage_audit;
do $$ begin
    if exists (select from pg_roles where rolname = 'frontpage_serving') then
        grant insert (action, subject, actor, reason, before, after) on audit_entry to frontpage_serving;
    end if;
end $$;
"""


def upgrade() -> None:
    """Create the log, its chain, and a role that may add to it and nothing else."""
    for part in (TABLES, CHAIN, ROLE, GRANTS):
        op.execute(part)


def downgrade() -> None:
    """Drop the log; who did what is forgotten. The role stays, for other databases."""
    op.execute("drop owned by frontpage_audit")
    op.execute("drop table audit_entry, audit_head")
    op.execute("drop function chain_audit_entry(), refuse_audit_change()")
