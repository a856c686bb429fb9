"""What editors decide: retractions with their corrections, rules as applied, reports and flags.

Revision ID: 0019
Revises: 0018
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SCOPES = """
alter table api_key drop constraint api_key_scopes_check;
alter table api_key add constraint api_key_scopes_check
    check (cardinality(scopes) > 0 and scopes <@ array['read', 'events', 'editor', 'admin']);
"""

IMPERSONAL = """
alter table reader_preference drop constraint reader_preference_kind_check;
alter table reader_preference add constraint reader_preference_kind_check
    check (kind in ('hidden_article', 'muted_publisher', 'muted_category', 'digest', 'personalised'));
create index reader_preference_impersonal on reader_preference (reader_key)
    where kind = 'personalised' and ended_at is null;
comment on table reader_preference is
    'grain: reader, kind, value, recorded_at; in force from recorded_at until ended_at. digest: value on or off;
personalised: value off, where a reader wants lists that are made of nothing about them';
"""

RETRACTION = """
create table retraction (
    article_id   text not null,
    retracted_at timestamptz not null,
    named        text not null,
    origin       text not null check (origin in ('editor', 'source')),
    actor        text not null,
    reason       text not null,
    noted_at     timestamptz,
    ended_at     timestamptz,
    ended_by     text,
    end_reason   text,
    primary key (article_id, retracted_at)
);
create unique index retraction_in_force on retraction (article_id) where ended_at is null;
comment on table retraction is
    'grain: article, retracted_at; in force until ended_at. named: the article that was asked for, of which this is a
copy or the original; noted_at: when the readers who were shown it were written down as owed a correction';

create table correction (
    reader_key bigint not null,
    article_id text not null,
    noted_at   timestamptz not null,
    edition_id text,
    primary key (reader_key, article_id)
);
comment on table correction is
    'grain: reader, article that was retracted after they were shown or read it; edition_id: the mail that told them';
"""

#: The one place where a status changes: by a verb, by the API (whose role may call it, not write itself), by a source.
SET_RETRACTED = """
create function set_retracted(
    wanted text, is_retracted boolean, by_whom text, because text, with_near boolean default false,
    from_where text default 'editor', since timestamptz default null
) returns setof text
language plpgsql security definer set search_path from current as $$
declare
    asked article_version;
    original text;
    ids text[];
    target text := case when is_retracted then 'retracted' else 'live' end;
begin
    lock table retraction in share row exclusive mode;
    select * into asked from article_version where article_id = wanted order by recorded_at desc limit 1;
    if not found then return; end if;
    original := coalesce(asked.duplicate_of, asked.article_id);
    select array_agg(latest.article_id) into ids
    from (
        select distinct on (article_id) * from article_version
        where article_id = original or duplicate_of = original
        order by article_id, recorded_at desc
    ) latest
    where latest.status <> target
      and (latest.article_id = wanted or with_near
           or coalesce(asked.duplicate_kind, '') <> 'near' and coalesce(latest.duplicate_kind, '') <> 'near')
      -- What an editor retracted no source brings back.
      and (is_retracted or from_where = 'editor' or not exists (
          select from retraction known
          where known.article_id = latest.article_id and known.ended_at is null and known.origin = 'editor'));
    if ids is null then return; end if;
    insert into article_version
    select (jsonb_populate_record(latest, jsonb_build_object(
        'status', target, 'source', from_where, 'extract_id', 0,
        'recorded_at', greatest(coalesce(since, clock_timestamp()), latest.recorded_at + interval '1 microsecond')))).*
    from (
        select article_id, max(recorded_at) as recorded_at from article_version where article_id = any(ids)
        group by article_id
    ) newest
    join article_version latest using (article_id, recorded_at);
    if is_retracted then
        insert into retraction (article_id, retracted_at, named, origin, actor, reason)
        select id, clock_timestamp(), wanted, from_where, by_whom, because from unnest(ids) id;
    else
        update retraction set ended_at = clock_timestamp(), ended_by = by_whom, end_reason = because
        where article_id = any(ids) and ended_at is null;
        delete from correction where article_id = any(ids) and edition_id is null;
    end if;
    insert into audit_entry (action, subject, actor, reason, before, after)
    select case when is_retracted then 'article retract' else 'article unretract' end, 'article:' || id, by_whom,
           because,
           jsonb_build_object('status', case when is_retracted then 'live' else 'retracted' end),
           jsonb_build_object('status', target, 'named', wanted, 'origin', from_where)
    from unnest(ids) id order by id;
    return query select id from unnest(ids) id order by id;
end $$;
revoke all on function set_retracted from public;
"""

RULES = """
create table rule_set (
    version    integer primary key check (version > 0),
    rules      jsonb not null,
    hash       text not null,
    actor      text not null,
    reason     text not null,
    applied_at timestamptz not null default clock_timestamp()
);
comment on table rule_set is
    'grain: version of the editorial rules, as applied; the newest is in force, and each run says which one made it';
"""

REPORTS = """
create table misleading_report (
    article_id  text not null,
    reporter    text not null,
    channel     text not null check (channel in ('api', 'mail', 'editor', 'claimreview')),
    said        text not null default '',
    evidence    text,
    reported_at timestamptz not null default clock_timestamp(),
    primary key (article_id, reporter)
);
create index misleading_report_reporter on misleading_report (reporter, reported_at);
comment on table misleading_report is
    'grain: article, reporter: one word each, said again or not. A reader is named by a keyed hash of their pseudonym;
an editor by name, a fact-checker by theirs';

create table flag (
    article_id  text primary key,
    state       text not null check (state in ('open', 'held', 'upheld', 'dismissed')),
    opened_at   timestamptz not null default clock_timestamp(),
    changed_at  timestamptz not null default clock_timestamp(),
    changed_by  text not null,
    reason      text not null,
    evidence    text,
    until       timestamptz
);
comment on table flag is
    'grain: article that was reported; held (by itself, until a person decides) and upheld ones are shown to nobody';

create function say_flag_changed() returns trigger language plpgsql as $$
begin
    perform pg_notify('frontpage_article',
        case when octet_length(new.article_id) < 8000 then new.article_id else '' end);
    return null;
end $$;
create trigger say_flag_changed after insert or update on flag for each row execute function say_flag_changed();

create function is_flagged(wanted text) returns boolean language sql stable as $$
    select exists (
        select from flag where article_id = wanted and state in ('held', 'upheld')
          and (until is null or until > clock_timestamp())
    )
$$;

create function report_misleading(
    wanted text, by_whom text, from_where text, words text, proof text, most_a_day integer
) returns text
language plpgsql security definer set search_path from current as $$
begin
    if not exists (select from article_version where article_id = wanted) then return 'unknown'; end if;
    if exists (select from misleading_report where article_id = wanted and reporter = by_whom) then
        return 'repeated';
    end if;
    if (select count(*) from misleading_report
        where reporter = by_whom and reported_at > clock_timestamp() - interval '1 day') >= most_a_day then
        return 'too many';
    end if;
    insert into misleading_report (article_id, reporter, channel, said, evidence)
    values (wanted, by_whom, from_where, left(words, 2000), proof) on conflict do nothing;
    insert into flag (article_id, state, changed_by, reason, evidence)
    values (wanted, 'open', from_where, 'reported', proof) on conflict do nothing;
    insert into audit_entry (action, subject, actor, reason, after)
    values ('article report', 'article:' || wanted, by_whom, 'reported by ' || from_where,
            jsonb_build_object('channel', from_where, 'evidence', proof));
    return 'taken';
end $$;
revoke all on function report_misleading from public;
"""

#: Of the API: it asks for a retraction, and tells readers of theirs.
GRANTS = """
grant execute on function set_retracted to frontpage_serving;
grant execute on function report_misleading to frontpage_serving;
grant select on retraction, correction, flag to frontpage_serving;
"""


def upgrade() -> None:
    """Create the tables, the functions that write them, and the API's rights."""
    for part in (SCOPES, IMPERSONAL, RETRACTION, SET_RETRACTED, RULES, REPORTS, GRANTS):
        op.execute(part)


def downgrade() -> None:
    """Drop them; what is retracted stays so."""
    op.execute("drop function report_misleading, is_flagged")
    op.execute("drop table flag, misleading_report")
    op.execute("drop function say_flag_changed, set_retracted")
    op.execute("drop table rule_set, correction, retraction")
    op.execute("drop index reader_preference_impersonal")
    op.execute("delete from reader_preference where kind = 'personalised'")
    op.execute("alter table reader_preference drop constraint reader_preference_kind_check")
    op.execute("""alter table reader_preference add constraint reader_preference_kind_check
        check (kind in ('hidden_article', 'muted_publisher', 'muted_category', 'digest'))""")
    op.execute("delete from api_key where 'editor' = any(scopes)")
    op.execute("alter table api_key drop constraint api_key_scopes_check")
    op.execute("""alter table api_key add constraint api_key_scopes_check
        check (cardinality(scopes) > 0 and scopes <@ array['read', 'events', 'admin'])""")
