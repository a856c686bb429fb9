"""How a changed recipe reaches readers, holds on lists that were rolled back, and pilots.

Revision ID: 0013
Revises: 0012
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ROLLOUT = """
create table rollout (
    rollout_id bigint generated always as identity primary key,
    recipe     text not null,
    version    text not null references model_version,
    state      text not null check (state in ('shadow', 'canary', 'waiting', 'champion', 'taken_back')),
    share      double precision not null check (share between 0 and 1),
    begun_as_of timestamptz not null,
    step_since timestamptz not null,
    changed_at timestamptz not null default clock_timestamp()
);
comment on table rollout is
    'grain: one way of a recipe to its readers; version: the newest one made by it. At most one is under way';
comment on column rollout.share is 'of readers who are served by it; 0 in shadow and when it is over';
create unique index rollout_one_open on rollout ((true)) where state in ('shadow', 'canary', 'waiting');

create table rollout_event (
    event_id   bigint generated always as identity primary key,
    rollout_id bigint not null references rollout,
    as_of      timestamptz not null,
    action     text not null
               check (action in ('start', 'stay', 'advance', 'wait', 'approve', 'take_back', 'retrain')),
    state      text not null,
    share      double precision not null,
    version    text not null,
    guardrails jsonb not null default '[]',
    actor      text not null,
    reason     text not null,
    at         timestamptz not null default clock_timestamp()
);
comment on table rollout_event is
    'grain: one judgement or change of a rollout; who, why, and what the guardrails measured. Rows are only added';
create index rollout_event_rollout on rollout_event (rollout_id, event_id);
create trigger rollout_event_only_grows before update or delete on rollout_event
    for each row execute function refuse_change();
"""

HOLD = """
alter table publication add column actor text not null default 'system:frontpage';
comment on column publication.actor is 'who: person:NAME, or airflow:WORKFLOW/RUN';

create table list_hold (
    hold_id     bigint generated always as identity primary key,
    variant     text not null,
    run_id      bigint not null references rec_run,
    off_run_id  bigint not null references rec_run,
    actor       text not null,
    reason      text not null,
    held_at     timestamptz not null default clock_timestamp(),
    lifted_at   timestamptz,
    lifted_by   text,
    lift_reason text
);
comment on table list_hold is
    'grain: rollback; run_id is served in place of off_run_id until the hold is lifted, or a version made later passes';
create unique index list_hold_one on list_hold (variant) where lifted_at is null;
"""

PILOT = """
alter table reader_version
    add column trial_started_at timestamptz,
    add column subscribed_at timestamptz,
    add column cancelled_at timestamptz;
comment on column reader_version.subscribed_at is 'when the reader began to pay; null where no source says';

create table pilot (
    pilot_id    bigint generated always as identity primary key,
    chosen_by   text not null,
    control     double precision not null check (control >= 0 and control < 1),
    actor       text not null,
    reason      text not null,
    started_at  timestamptz not null,
    ended_at    timestamptz,
    ended_by    text,
    end_reason  text
);
comment on table pilot is
    'grain: pilot; its treated readers get the champion''s lists, its control group and everybody else those of today';
create unique index pilot_one on pilot ((true)) where ended_at is null;

create table pilot_reader (
    pilot_id   bigint not null references pilot,
    reader_key bigint not null references reader,
    arm        text not null check (arm in ('treatment', 'control')),
    primary key (pilot_id, reader_key)
);
comment on table pilot_reader is 'grain: pilot, chosen reader';
"""


def upgrade() -> None:
    """Create them; runs that were published before have no actor of their own."""
    op.execute(ROLLOUT)
    op.execute(HOLD)
    op.execute(PILOT)


def downgrade() -> None:
    """Forget rollouts, holds and pilots; a canary's lists are served to nobody then."""
    op.execute("delete from published_run where variant = 'canary'")
    op.execute("drop table pilot_reader, pilot, list_hold")
    op.execute(
        "alter table reader_version drop column trial_started_at, drop column subscribed_at, drop column cancelled_at"
    )
    op.execute("alter table publication drop column actor")
    op.execute("drop table rollout_event, rollout")
