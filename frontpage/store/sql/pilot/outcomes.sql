-- What each reader of a pilot did since it began.
-- grain: reader of the pilot
-- parameters: pilot_id, since, until; read-only
-- Reads: honest ones that happened and were known in the period. A trial counts that had begun and was not yet paid at the
-- beginning, or began in the period; who pays is who began to and had not cancelled before the period.
with chosen as (
    select reader_key, arm from pilot_reader where pilot_id = %(pilot_id)s
), read as (
    select event.reader_key, count(*) as n_reads, coalesce(sum(event.dwell_seconds), 0) as seconds,
           count(distinct date_trunc('day', event.occurred_at)) as n_days
    from chosen join read_event event using (reader_key)
    where event.kind = 'read' and event.suspicion is null and event.occurred_at > %(since)s
      and event.occurred_at <= %(until)s and event.recorded_at <= %(until)s
    group by event.reader_key
), listed as (
    select served.reader_key, count(*) as n_lists
    from chosen join served_list served using (reader_key)
    where served.served_at > %(since)s and served.served_at <= %(until)s
    group by served.reader_key
)
select chosen.arm, coalesce(read.n_reads, 0)::float8 as n_reads, coalesce(read.seconds, 0)::float8 as seconds,
       coalesce(read.n_days, 0)::float8 as n_days, coalesce(listed.n_lists, 0)::float8 as n_lists,
       coalesce((told.trial_started_at <= %(until)s
                 and (told.subscribed_at is null or told.subscribed_at > %(since)s))::int, 0)::float8 as in_trial,
       coalesce((told.trial_started_at <= %(until)s and told.subscribed_at > %(since)s
                 and told.subscribed_at <= %(until)s)::int, 0)::float8 as paid,
       coalesce((told.subscribed_at <= %(until)s
                 and (told.cancelled_at is null or told.cancelled_at > %(since)s))::int, 0)::float8 as paying,
       coalesce((told.subscribed_at <= %(until)s and told.cancelled_at > %(since)s
                 and told.cancelled_at <= %(until)s)::int, 0)::float8 as cancelled
from chosen
left join read using (reader_key)
left join listed using (reader_key)
left join lateral (
    select trial_started_at, subscribed_at, cancelled_at from reader_version version
    where version.reader_key = chosen.reader_key and version.recorded_at <= %(until)s
    order by recorded_at desc limit 1
) told on true
order by chosen.reader_key
