"""Which runs lie in the archive, so that their rows may be dropped.

Revision ID: 0015
Revises: 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ARCHIVE = """
create table archived_run (
    run_id      bigint primary key references rec_run,
    uri         text not null,
    n_lists     bigint not null,
    n_kept      bigint not null,
    n_bytes     bigint not null,
    refers_to   bigint[] not null,
    archived_at timestamptz not null default clock_timestamp()
);
comment on table archived_run is 'grain: run whose lists lie below uri as Parquet, until they are too old';
comment on column archived_run.n_kept is 'lists that are not written again: those of the runs in refers_to still stand';
"""


def upgrade() -> None:
    """Nothing is archived yet."""
    op.execute(ARCHIVE)


def downgrade() -> None:
    """The files stay, and nobody knows of them."""
    op.execute("drop table archived_run")
