"""What was served, and word to the API of what changed.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SERVED = """
create table served_list (
    served_at    timestamptz not null,
    request_id   text not null,
    reader_key   bigint not null,
    run_id       bigint not null,
    variant      text not null,
    surface      text,
    fallback     text check (fallback in ('region', 'category', 'global', 'stale')),
    not_modified boolean not null,
    n_items      smallint not null
);
comment on table served_list is
    'grain: one list that was answered; not_modified: the caller had it already. In order of arrival, no key';
create index served_list_served_at on served_list using brin (served_at);
"""

#: Sent when the change is committed. Only versions of articles that were known before: nobody is shown the others yet.
WORD = """
create function say_article_changed() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        perform pg_notify('frontpage_article', case when octet_length(article_id) < 8000 then article_id else '' end)
        from (
            select distinct changed.article_id from changed
            where exists (
                select from article_version known
                where known.article_id = changed.article_id and known.recorded_at <> changed.recorded_at
            )
        ) known_before;
    else
        perform pg_notify('frontpage_article', '');
    end if;
    return null;
end $$;
create trigger say_inserted after insert on article_version referencing new table as changed
    for each statement execute function say_article_changed();
create trigger say_updated after update or delete or truncate on article_version
    for each statement execute function say_article_changed();

create function say_published() returns trigger language plpgsql as $$
begin
    perform pg_notify('frontpage_published', '');
    return null;
end $$;
create trigger say_published after insert or update or delete on published_run
    for each statement execute function say_published();
"""


def upgrade() -> None:
    """Create the log of served lists, and the notifications that the API listens to."""
    op.execute(SERVED)
    op.execute(WORD)


def downgrade() -> None:
    """Drop them; what was served is forgotten."""
    op.execute("drop trigger say_published on published_run")
    op.execute("drop trigger say_updated on article_version")
    op.execute("drop trigger say_inserted on article_version")
    op.execute("drop function say_published()")
    op.execute("drop function say_article_changed()")
    op.execute("drop table served_list")
