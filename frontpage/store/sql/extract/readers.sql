-- What becomes of each staged reader row: loaded (first version), updated (another version or contact) or unchanged.
-- grain: reader_outcome [row read]
-- parameters: floor; idempotence and order: as for articles. A contact counts only if it claims to be newer than ours; a
-- row with neither address nor opt-in says nothing of it.
create temporary table reader_outcome on commit drop as
with staged as materialized (
    select s.*, b.file, b.timed, md5(row(s.signed_up_at, s.region, s.interests, s.timezone, s.trial_started_at, s.subscribed_at,
                                s.cancelled_at)::text) as digest,
           case when s.email is not null or s.digest_opt_in is not null
                then md5(row(s.email, coalesce(s.digest_opt_in, false))::text) end as contact
    from stage_reader s join stage_block b using (block)
), known as materialized (
    select v.reader_key, v.recorded_at, v.claimed_at, md5(row(v.signed_up_at, v.region, v.interests, v.timezone,
           v.trial_started_at, v.subscribed_at, v.cancelled_at)::text) as digest
    from reader_version v where v.reader_key in (select reader_key from stage_reader)
), latest as (
    select distinct on (reader_key) *, max(claimed_at) over (partition by reader_key) as newest_claim
    from known order by reader_key, recorded_at desc
), ordered as (
    select s.*, l.recorded_at as latest_at, l.digest as latest_digest,
           coalesce(c.claimed_at, c.recorded_at) as contact_at, md5(row(c.email, coalesce(c.digest_opt_in, false))::text) as latest_contact,
           exists (
               select 1 from known k
               where k.reader_key = s.reader_key and k.digest = s.digest and (k.recorded_at >= s.claimed_at or not s.timed)
           ) or coalesce(s.timed and s.claimed_at > s.signed_up_at and s.claimed_at < l.newest_claim, false) as is_known
    from staged s left join latest l using (reader_key) left join reader_contact c using (reader_key)
), compared as (
    select *,
           case when is_known then false
                else digest is distinct from coalesce(lag(digest) over in_order, latest_digest) end as is_new,
           contact is not null and claimed_at > coalesce(contact_at, '-infinity')
               and contact is distinct from coalesce(lag(contact) over (
                   partition by reader_key, contact is not null, claimed_at > coalesce(contact_at, '-infinity')
                   order by claimed_at, file, row_no), latest_contact) as is_new_contact
    from ordered
    window in_order as (partition by reader_key, is_known order by claimed_at, file, row_no)
), numbered as (
    select *, count(*) filter (where is_new) over (
               partition by reader_key order by claimed_at, file, row_no rows unbounded preceding) as i
    from compared
)
select *,
       case when is_new and latest_at is null and i = 1 then 'loaded'
            when is_new or is_new_contact then 'updated'
            else 'unchanged' end as outcome,
       max(case when is_new then greatest(claimed_at, %(floor)s::timestamptz + interval '1 microsecond',
                                          latest_at + interval '1 microsecond')
                                 - i * interval '1 microsecond' end)
           over (partition by reader_key order by claimed_at, file, row_no rows unbounded preceding)
           + i * interval '1 microsecond' as effective_at
from numbered
