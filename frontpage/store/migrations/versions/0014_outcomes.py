"""What was in each served list, what was read of it, and experiments on readers.

Revision ID: 0014
Revises: 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SERVED = """
alter table served_list
    add column list_id bigint generated always as identity,
    add column ranks smallint,
    add column article_ids text[];
comment on column served_list.ranks is
    'of the reader''s own list in run_id, as bits (1: rank 1, 2: rank 2, 4: rank 3 ...): two bytes a list; null where
fallback lists were put together';
comment on column served_list.article_ids is 'what a list without ranks held, in order';
"""

OUTCOMES = """
create table list_outcome (
    outcome_id      bigint generated always as identity primary key,
    list_id         bigint unique,
    edition_id      text,
    reader_key      bigint not null,
    run_id          bigint not null,
    variant         text not null,
    surface         text not null,
    fallback        text,
    shown_at        timestamptz not null,
    region          text,
    activity        text not null check (activity in ('cold', 'light', 'heavy')),
    n_items         smallint not null,
    ranks           smallint,
    article_ids     text[],
    n_reads         smallint not null default 0,
    n_other_reads   smallint not null default 0,
    reading_seconds real not null default 0,
    other_seconds   real not null default 0,
    best_position   smallint,
    seconds_to_read real,
    ndcg_at_10      real,
    unique (edition_id, reader_key)
);
comment on table list_outcome is
    'grain: list shown, by the API (list_id) or in a mail (edition_id, reader_key); what was read until the next';
comment on column list_outcome.n_reads is 'different articles of the list that were read; n_other_reads: others';
comment on column list_outcome.ndcg_at_10 is 'of what was read until the next list; null where that was nothing';
create index list_outcome_reader on list_outcome (reader_key, shown_at);
create index list_outcome_shown_at on list_outcome using brin (shown_at);

create table list_read (
    event_id      text primary key,
    outcome_id    bigint not null references list_outcome on delete cascade,
    article_id    text not null,
    occurred_at   timestamptz not null,
    dwell_seconds real,
    position      smallint,
    maker_run     bigint
);
comment on table list_read is 'grain: read event; the last list its reader was shown before, and where it stood in it';
comment on column list_read.position is 'from 1, among the articles that were shown; null: it stood elsewhere';
comment on column list_read.maker_run is 'the run that put it there; in an interleaved list that of its team';
create index list_read_outcome on list_read (outcome_id);

create table outcome_run (
    as_of    timestamptz primary key,
    n_lists  bigint not null,
    n_reads  bigint not null,
    ended_at timestamptz not null default clock_timestamp()
);
comment on table outcome_run is 'grain: moment up to which lists and reads were joined; the newest is the watermark';
"""

EXPERIMENTS = """
create table experiment (
    experiment_id bigint generated always as identity primary key,
    name          text not null,
    attempt       integer not null,
    kind          text not null check (kind in ('ab', 'aa', 'interleaving')),
    arms          jsonb not null,
    metrics       text[] not null,
    salt          text not null unique,
    lower_bucket  double precision not null check (lower_bucket >= 0),
    upper_bucket  double precision not null check (upper_bucket <= 1 and upper_bucket > lower_bucket),
    level         double precision not null check (level > 0 and level < 1),
    horizon_hours double precision not null check (horizon_hours > 0),
    planned_readers bigint not null check (planned_readers > 0),
    started_at    timestamptz not null,
    started_by    text not null,
    start_reason  text not null,
    stopped_at    timestamptz check (stopped_at > started_at),
    stopped_by    text,
    stop_reason   text,
    unique (name, attempt)
);
comment on table experiment is
    'grain: one start of an experiment; its readers are those whose bucket lies in [lower_bucket, upper_bucket)';
comment on column experiment.arms is '[{"name", "variant", "share"}]; shares of all readers; the first is the control';
comment on column experiment.salt is 'draws the arms; another start has another one';
create unique index experiment_running on experiment (name) where stopped_at is null;
grant select on experiment to frontpage_serving;
"""


def upgrade() -> None:
    """Lists that were served before do not say what was in them, and have no outcome."""
    for part in (SERVED, OUTCOMES, EXPERIMENTS):
        op.execute(part)


def downgrade() -> None:
    """What was measured is forgotten."""
    op.execute("drop table experiment, outcome_run, list_read, list_outcome")
    op.execute("alter table served_list drop column list_id, drop column ranks, drop column article_ids")
