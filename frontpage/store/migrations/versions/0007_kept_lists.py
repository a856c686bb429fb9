"""Which run made a list that a later run kept.

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COLUMN = """
alter table recommendation add column scored_run bigint;
comment on column recommendation.scored_run is
    'the earlier run that made this list, where it was kept; null: this run made it';
"""

#: A run that is not published yet has a table that is no partition; only with the same columns can it become one.
UNPUBLISHED = """
do $$
declare run_table regclass;
begin
    for run_table in
        select oid from pg_class
        where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname ~ '^recommendation_[0-9]+$'
          and not relispartition
    loop
        execute format('alter table %s CHANGE', run_table);
    end loop;
end $$;
"""


def upgrade() -> None:
    """Lists that are there were made by their own run."""
    op.execute(COLUMN)
    op.execute(UNPUBLISHED.replace("CHANGE", "add column scored_run bigint"))


def downgrade() -> None:
    """Kept lists stay, and who made them is forgotten."""
    op.execute("alter table recommendation drop column scored_run")
    op.execute(UNPUBLISHED.replace("CHANGE", "drop column scored_run"))
