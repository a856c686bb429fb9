"""The digest: consent, suppression, links, editions per region.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

EDITIONS = """
alter table digest_edition
    add column region text,
    add column local_day date,
    add column due_at timestamptz,
    drop constraint digest_edition_state_check,
    add constraint digest_edition_state_check check (state in ('sending', 'sent', 'expired'));
update digest_edition set local_day = (as_of at time zone 'UTC')::date, due_at = as_of;
alter table digest_edition alter column local_day set not null, alter column due_at set not null;
comment on table digest_edition is 'grain: edition: a region, a local day, and the moment its morning hour came';
comment on column digest_edition.region is 'null for readers whose region is not known';

alter table digest_delivery
    add column local_day date,
    add column attempts smallint not null default 0,
    add column next_attempt_at timestamptz not null default '-infinity',
    add column article_ids text[] not null default '{}',
    add column address_hash bytea,
    add column sent_at timestamptz;
update digest_delivery set local_day = edition.local_day
from digest_edition edition where edition.edition_id = digest_delivery.edition_id;
update digest_delivery set sent_at = updated_at where state = 'sent';
alter table digest_delivery
    alter column local_day set not null,
    add constraint digest_delivery_once_a_day unique (reader_key, local_day);
comment on table digest_delivery is 'grain: edition, reader; the outbox. A reader is owed one mail per local day';
comment on column digest_delivery.article_ids is 'what the mail holds, written before it is handed over';
comment on column digest_delivery.address_hash is 'keyed hash of the address it went to, for bounces and complaints';

create table digest_stop (
    edition_id text primary key,
    stopped_at timestamptz not null default clock_timestamp()
);
comment on table digest_stop is 'grain: edition whose sending is stopped; "all" stops every edition';
"""

CONSENT = """
create table digest_consent (
    consent_id  bigint generated always as identity primary key,
    reader_key  bigint not null,
    wants       boolean not null,
    how         text not null check (how in ('source', 'one-click', 'page', 'complaint', 'preferences')),
    source      text not null,
    happened_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table digest_consent is 'grain: one yes or no of a reader to the digest; the newest happened_at holds';
comment on column digest_consent.source is 'how = source: the source of the readers; else the edition it came from';
create index digest_consent_newest on digest_consent (reader_key, happened_at desc, consent_id desc);

insert into digest_consent (reader_key, wants, how, source, happened_at, recorded_at)
select contact.reader_key, contact.digest_opt_in, 'source', coalesce((
           select source from reader_version version
           where version.reader_key = contact.reader_key order by recorded_at desc limit 1
       ), 'unknown'), coalesce(contact.claimed_at, contact.recorded_at), contact.recorded_at
from reader_contact contact;

create function digest_consent_of_new_contacts() returns trigger language plpgsql as $$
begin
    insert into digest_consent (reader_key, wants, how, source, happened_at, recorded_at)
    select now.reader_key, now.digest_opt_in, 'source', coalesce((
               select source from reader_version version
               where version.reader_key = now.reader_key order by recorded_at desc limit 1
           ), 'unknown'), coalesce(now.claimed_at, now.recorded_at), now.recorded_at
    from now_contact now;
    return null;
end $$;
create function digest_consent_of_changed_contacts() returns trigger language plpgsql as $$
begin
    insert into digest_consent (reader_key, wants, how, source, happened_at, recorded_at)
    select now.reader_key, now.digest_opt_in, 'source', coalesce((
               select source from reader_version version
               where version.reader_key = now.reader_key order by recorded_at desc limit 1
           ), 'unknown'), coalesce(now.claimed_at, now.recorded_at), now.recorded_at
    from now_contact now join was_contact was using (reader_key)
    -- Said anew, or said again; another address alone says nothing about the digest.
    where was.digest_opt_in is distinct from now.digest_opt_in or was.email is not distinct from now.email;
    return null;
end $$;
create trigger digest_consent_inserted after insert on reader_contact
    referencing new table as now_contact
    for each statement execute function digest_consent_of_new_contacts();
create trigger digest_consent_updated after update on reader_contact
    referencing old table as was_contact new table as now_contact
    for each statement execute function digest_consent_of_changed_contacts();

create table digest_suppression (
    address_hash  bytea primary key,
    reason        text not null check (reason in ('bounce', 'complaint', 'by hand')),
    detail        text not null default '',
    suppressed_at timestamptz not null default clock_timestamp()
);
comment on table digest_suppression is
    'grain: address that gets no mail, as a keyed hash, so that it stays suppressed when its reader is erased';

create table digest_report (
    fingerprint text primary key,
    kind        text not null check (kind in ('bounce', 'complaint')),
    edition_id  text not null,
    reader_key  bigint not null,
    is_final    boolean not null,
    detail      text not null default '',
    recorded_at timestamptz not null default clock_timestamp()
);
comment on table digest_report is 'grain: bounce or complaint about one delivery; detail is without addresses';
create index digest_report_reader on digest_report (reader_key, recorded_at);
"""

LINKS = """
create table link_click (
    click_id   bigint generated always as identity primary key,
    edition_id text not null,
    reader_key bigint not null,
    position   smallint not null,
    article_id text not null,
    clicked_at timestamptz not null default clock_timestamp(),
    verdict    text not null check (verdict in ('human', 'head', 'prefetch', 'robot', 'burst', 'too soon')),
    device     text,
    handed_in_at timestamptz
);
comment on column link_click.handed_in_at is 'when it went on into the event inbox, as a read';
comment on table link_click is 'grain: one request of a link in a mail; only verdict human is a read';
create index link_click_of_mail on link_click (edition_id, reader_key, clicked_at);
create index link_click_waiting on link_click (clicked_at) where verdict = 'human' and handed_in_at is null;
"""


def upgrade() -> None:
    """Editions per region, the longer outbox, consent, suppression, reports and clicks."""
    for statements in (EDITIONS, CONSENT, LINKS):
        op.execute(statements)


def downgrade() -> None:
    """Take them away again; the history of consent and suppression is gone. Expired editions count as sent."""
    op.execute("""
drop trigger digest_consent_inserted on reader_contact;
drop trigger digest_consent_updated on reader_contact;
drop function digest_consent_of_new_contacts();
drop function digest_consent_of_changed_contacts();
drop table link_click, digest_report, digest_suppression, digest_consent, digest_stop;
alter table digest_delivery
    drop constraint digest_delivery_once_a_day, drop column sent_at, drop column address_hash, drop column article_ids,
    drop column next_attempt_at, drop column attempts, drop column local_day;
update digest_edition set state = 'sent' where state = 'expired';
alter table digest_edition
    drop constraint digest_edition_state_check,
    add constraint digest_edition_state_check check (state in ('sending', 'sent')),
    drop column due_at, drop column local_day, drop column region;
""")
