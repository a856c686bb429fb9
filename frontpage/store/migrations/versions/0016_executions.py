"""One row per execution of a verb, its parameters and packages once each.

Revision ID: 0016
Revises: 0011
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

EXECUTIONS = """
create table execution_params (
    params_hash text primary key,
    params      jsonb not null
);
comment on table execution_params is 'grain: set of parameters that was ever used, by its hash';

create table execution_packages (
    packages_hash text primary key,
    packages      jsonb not null
);
comment on table execution_packages is 'grain: set of installed packages, name to version, by its hash';

create table execution (
    execution_id      uuid primary key,
    verb              text not null,
    trigger           text not null check (trigger in ('schedule', 'asset', 'drift', 'hand')),
    caller            text not null,
    caller_run        text not null default '',
    link              text not null default '',
    reason            text not null default '',
    attempt           integer not null default 1,
    as_of             timestamptz,
    options           jsonb not null default '{}',
    code_commit       text,
    lock_hash         text,
    packages_hash     text,
    image             text not null default '',
    params_hash       text not null,
    inputs            jsonb not null default '{}',
    outputs           jsonb not null default '{}',
    rows_in           bigint,
    rows_out          bigint,
    rejected          bigint,
    artifact          text,
    details           jsonb not null default '{}',
    seconds           real,
    cpu_seconds       real,
    peak_memory_bytes bigint,
    read_bytes        bigint,
    written_bytes     bigint,
    exit_code         smallint,
    error             text,
    started_at        timestamptz not null,
    ended_at          timestamptz
);
comment on table execution is
    'grain: one call of a verb, whoever called it; without an end it is under way, or was killed';
create index execution_started_at on execution (started_at);
create index execution_verb on execution (verb, as_of);
"""


def upgrade() -> None:
    op.execute(EXECUTIONS)


def downgrade() -> None:
    """What ran is forgotten."""
    for table in ("execution", "execution_packages", "execution_params"):
        op.execute(f"drop table {table}")
