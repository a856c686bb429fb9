"""Stages of a version on its way to readers, who changed them and why, and what a version was made of and passed.

Revision ID: 0012
Revises: 0011
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STAGES = "('candidate', 'shadow', 'canary', 'champion', 'archived', 'rejected')"

UPGRADE = f"""
alter table model_version drop constraint model_version_stage_check;
update model_version set stage = 'shadow' where stage = 'challenger';
alter table model_version add constraint model_version_stage_check check (stage in {STAGES});

alter table model_version
    add column lineage jsonb not null default '{{}}',
    add column acceptance jsonb not null default '{{}}',
    add column fitness jsonb not null default '{{}}';
comment on column model_version.lineage is 'what it was made of and by: code, lock file, image, data, parameters, seed';
comment on column model_version.acceptance is 'what the acceptance test measured and decided, with reasons';
comment on column model_version.fitness is 'what its target was found to be fit for, or why not';

alter table model_stage_change rename to model_version_event;
alter table model_version_event rename column change_id to event_id;
alter table model_version_event rename column previous_stage to from_stage;
alter table model_version_event rename column stage to to_stage;
alter table model_version_event rename column changed_at to at;
alter table model_version_event alter column from_stage drop not null;
alter table model_version_event add column actor text not null default 'person:unknown';
alter table model_version_event alter column actor drop default;
create index model_version_event_version on model_version_event (version, event_id);
comment on table model_version_event is
    'grain: one change of a version''s stage; the whole trail of who changed it, when and why. Rows are only added';
comment on column model_version_event.from_stage is 'null where the version came into the registry';
comment on column model_version_event.actor is 'who: person:NAME, or airflow:WORKFLOW/RUN';

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are only ever added', tg_table_name;
end $$;
create trigger model_version_event_only_grows before update or delete on model_version_event
    for each row execute function refuse_change();
"""

DOWNGRADE = """
drop trigger model_version_event_only_grows on model_version_event;
drop function refuse_change();
delete from model_version_event where from_stage is null;
drop index model_version_event_version;
alter table model_version_event drop column actor;
alter table model_version_event alter column from_stage set not null;
alter table model_version_event rename column at to changed_at;
alter table model_version_event rename column to_stage to stage;
alter table model_version_event rename column from_stage to previous_stage;
alter table model_version_event rename column event_id to change_id;
alter table model_version_event rename to model_stage_change;
comment on table model_stage_change is
    'grain: one change of a stage; the audit trail of who was champion when and why';
alter table model_version drop column lineage, drop column acceptance, drop column fitness;
alter table model_version drop constraint model_version_stage_check;
update model_version set stage = 'challenger' where stage in ('shadow', 'canary');
alter table model_version add constraint model_version_stage_check
    check (stage in ('candidate', 'challenger', 'champion', 'archived', 'rejected'));
"""


def upgrade() -> None:
    """A challenger is a shadow now: its lists were made beside those that are served."""
    op.execute(UPGRADE)


def downgrade() -> None:
    """Who changed a stage is forgotten, with what versions were made of."""
    op.execute(DOWNGRADE)
