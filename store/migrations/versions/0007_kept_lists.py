"""Which run made a list that a later run kept.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

<<<<<<< HEAD
#: A run that is not published yet has a table that is no partition; it could not become one without the column.
SCORED_RUN = """
alter table recommendation add column scored_run bigint;
comment on column recommendation.scored_run is
    'the earlier run that made this list, where it was kept; null: this run made it';
=======
COLUMN = """
alter table recommendation add column scored_run bigint;
comment on column recommendation.scored_run is
    'the earlier run that made this list, where it was kept; null: this run made it';
"""

#: A run that is not published yet has a table that is no partition; only with the same columns can it become one.
UNPUBLISHED = """
>>>>>>> incr
do $$
declare run_table regclass;
begin
    for run_table in
        select oid from pg_class
        where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname ~ '^recommendation_[0-9]+$'
          and not relispartition
    loop
<<<<<<< HEAD
        execute format('alter table %s add column if not exists scored_run bigint', run_table);
=======
        execute format('alter table %s CHANGE', run_table);
>>>>>>> incr
    end loop;
end $$;
"""


def upgrade() -> None:
    """Lists that are there were made by their own run."""
<<<<<<< HEAD
    op.execute(SCORED_RUN)


def downgrade() -> None:
    """Kept lists stay, and who made them is forgotten; tables of runs that are not published lose the column, too."""
    op.execute("alter table recommendation drop column scored_run")
    op.execute(SCORED_RUN[SCORED_RUN.index("do $$") :].replace("add column if not exists scored_run bigint",
                                                               "drop column if exists scored_run"))
=======
    op.execute(COLUMN)
    op.execute(UNPUBLISHED.replace("CHANGE", "add column scored_run bigint"))


def downgrade() -> None:
    """Kept lists stay, and who made them is forgotten."""
    op.execute("alter table recommendation drop column scored_run")
    op.execute(UNPUBLISHED.replace("CHANGE", "drop column scored_run"))
>>>>>>> incr
