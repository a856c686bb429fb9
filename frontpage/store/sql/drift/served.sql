-- Lists that were answered: how many, how many by fallback, and for how many readers.
-- grain: series, key, hour (its end)
-- parameters: since, until
-- idempotence: an hour that is there already is counted anew
insert into drift_aggregate (series, key, hour, n, total)
select series, key, date_trunc('hour', served_at - interval '1 microsecond') + interval '1 hour', count(*), sum(value)
from served_list
cross join lateral (values
    ('served', 'all', 1::float8),
    ('served.fallback', 'share', (fallback is not null)::int::float8),
    ('served.fallback', coalesce(fallback, 'none'), 1)
) as said (series, key, value)
where served_at > %(since)s and served_at <= %(until)s and not (series = 'served.fallback' and key <> 'share')
group by 1, 2, 3
on conflict (series, hour, key) do update set n = excluded.n, total = excluded.total
