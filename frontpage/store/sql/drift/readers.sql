-- Readers who read, by how much; and interests and regions of those who signed up or changed them.
-- grain: series, key, hour (its end)
-- parameters: since, until
-- idempotence: an hour that is there already is counted anew
insert into drift_aggregate (series, key, hour, n, total)
select 'readers.activity', 'reads', hour, count(*), sum(n)::float8
from (
    select reader_key, date_trunc('hour', recorded_at - interval '1 microsecond') + interval '1 hour' as hour, count(*) as n
    from read_event
    where recorded_at > %(since)s and recorded_at <= %(until)s and suspicion is null
    group by 1, 2
) active
group by hour
union all
select series, key, date_trunc('hour', recorded_at - interval '1 microsecond') + interval '1 hour', count(*), count(*)
from reader_version
cross join lateral (
    select 'readers.interest', unnest(interests)
    union all select 'readers.region', coalesce(region, '')
) as said (series, key)
where recorded_at > %(since)s and recorded_at <= %(until)s
group by 1, 2, 3
on conflict (series, hour, key) do update set n = excluded.n, total = excluded.total
