"""A role that may do what the API does and nothing else, and the inbox of what comes back from mails.

Revision ID: 0006
Revises: 0005
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INBOX = """
create table digest_report_inbox (
    fingerprint text primary key,
    raw         bytea not null,
    received_at timestamptz not null
);
comment on table digest_report_inbox is
    'grain: mail handed to the API, bounce or complaint or else, that `frontpage bounces` has not taken in yet';
comment on column digest_report_inbox.raw is 'holds addresses; the row is deleted when it is taken in';
create index link_click_clicked_at on link_click (clicked_at);
create index digest_report_recorded_at on digest_report (recorded_at);
"""

#: Roles belong to the whole server, so another database of it, or its administrator, may have made this one, perhaps at
#: the same moment. Whoever has no right to make roles uses the one that is there.
ROLE = """
do $$ begin
    if not exists (select from pg_roles where rolname = 'frontpage_serving') then
        create role frontpage_serving nologin;
    end if;
exception when duplicate_object or unique_violation then null;
end $$;
"""

#: No e-mail address, no id beside its pseudonym, no change of a list, a read or a key.
GRANTS = """
grant select on
    article_version, article, reader_version, read_event, rec_run, recommendation, fallback_list, published_run,
    api_key, reader_preference
    to frontpage_serving;
grant select (reader_key) on reader to frontpage_serving;
grant select (reader_key, digest_opt_in, recorded_at, claimed_at) on reader_contact to frontpage_serving;
grant select (event_id) on event_inbox to frontpage_serving;
grant select (fingerprint) on digest_report_inbox to frontpage_serving;
grant select (edition_id, reader_key, sent_at) on digest_delivery to frontpage_serving;
grant select on link_click, digest_consent to frontpage_serving;

grant insert on
    served_list, event_inbox, digest_report_inbox, reader, reader_version, reader_preference, link_click, digest_consent
    to frontpage_serving;

grant update (ended_at) on reader_preference to frontpage_serving;
grant update (digest_opt_in, recorded_at, claimed_at) on reader_contact to frontpage_serving;
grant update (verdict) on link_click to frontpage_serving;

do $$
declare run_table regclass;
begin
    for run_table in
        select oid from pg_class
        where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname ~ '^recommendation_[0-9]+$'
    loop
        execute format('grant select on %s to frontpage_serving', run_table);
    end loop;
end $$;
"""


def upgrade() -> None:
    """Create the inbox and the role, and let it do its work in this database."""
    op.execute(INBOX)
    op.execute(ROLE)
    op.execute(GRANTS)


def downgrade() -> None:
    """Drop the inbox with what waits in it, and all rights in this database; the role stays, for the other ones."""
    op.execute("drop owned by frontpage_serving")
    op.execute("drop index digest_report_recorded_at")
    op.execute("drop index link_click_clicked_at")
    op.execute("drop table digest_report_inbox")
