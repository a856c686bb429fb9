"""Which run made a list that a later run kept.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: A run that is not published yet has a table that is no partition; it could not become one without the column.
SCORED_RUN = """
alter table recommendation add column scored_run bigint;
comment on column recommendation.scored_run is
    'the earlier run that made this list, where it was kept; null: this run made it';
do $$
declare run_table regclass;
begin
    for run_table in
        select oid from pg_class
        where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname ~ '^recommendation_[0-9]+$'
          and not relispartition
    loop
        execute format('alter table %s add column if not exists scored_run bigint', run_table);
    end loop;
end $$;
"""


def upgrade() -> None:
    """Lists that are there were made by their own run."""
    op.execute(SCORED_RUN)


def downgrade() -> None:
    """Kept lists stay, and who made them is forgotten; tables of runs that are not published lose the column, too."""
    op.execute("alter table recommendation drop column scored_run")
    op.execute(SCORED_RUN[SCORED_RUN.index("do $$") :].replace("add column if not exists scored_run bigint",
                                                               "drop column if exists scored_run"))
