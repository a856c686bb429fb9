-- A reader picks interests: a new version of the reader, all else as it was known.
-- grain: reader_version [reader, recorded_at]; a reader nobody knew begins here
-- parameters: $1 reader_key, $2 reader_id, $3 interests, $4 now (asyncpg, numbered)
-- idempotence: the same interests again are no new version. Whoever keeps lists of the reader is told by NOTIFY
with latest as (
    select recorded_at, signed_up_at, region, interests, timezone, trial_started_at, subscribed_at, cancelled_at
    from reader_version where reader_key = $1 order by recorded_at desc limit 1
), known as (
    insert into reader (reader_key, reader_id, recorded_at) values ($1, $2, $4) on conflict do nothing returning 1
), version as (
    insert into reader_version
        (reader_key, recorded_at, signed_up_at, region, interests, timezone, source, extract_id, claimed_at,
         trial_started_at, subscribed_at, cancelled_at)
    select $1, greatest($4::timestamptz, latest.recorded_at + interval '1 microsecond'),
           case when exists (select from known) then $4 else latest.signed_up_at end,
           latest.region, $3::text[], latest.timezone, 'api', 0, $4, latest.trial_started_at, latest.subscribed_at, latest.cancelled_at
    from (values (1)) as one left join latest on true
    where latest.interests is distinct from $3
    on conflict do nothing
    returning 1
)
select pg_notify('reader_changed', $1::bigint::text) where exists (select from version)
