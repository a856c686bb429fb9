"""Which places were filled with the list rules waived, so that the gate can hold all others to them.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = ("recommendation", "fallback_list")

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
    """False for the rows there are: nobody knows any more."""
    for table in TABLES:
        op.execute(f"alter table {table} add column is_waived boolean not null default false")
        op.execute(
            f"comment on column {table}.is_waived is "
            "'whether this place was filled with the list rules waived, since they left nothing for it'"
        )
    op.execute(UNPUBLISHED.replace("CHANGE", "add column is_waived boolean not null default false"))


def downgrade() -> None:
    """A list no longer says where its rules were waived."""
    for table in TABLES:
        op.execute(f"alter table {table} drop column is_waived")
    op.execute(UNPUBLISHED.replace("CHANGE", "drop column is_waived"))
