-- Profiles of the states that were written: mean of each, and how many lack it.
-- grain: series, key, hour (its end)
-- parameters: since, until
-- idempotence: an hour that is there already is counted anew
insert into drift_aggregate (series, key, hour, n, total)
select case when kind = 0 then 'features.mean' else 'features.missing' end, key,
       date_trunc('hour', event_timestamp - interval '1 microsecond') + interval '1 hour',
       case when kind = 0 then count(value) else count(*) end,
       case when kind = 0 then coalesce(sum(value), 0) else count(*) - count(value) end
from (
    select event_timestamp, key, value
    from feast.reader_state
    cross join lateral (values
        ('reader.reads', ln(1 + n_reads)::float8),
        ('reader.median_dwell', ln(1 + median_dwell_seconds)),
        ('reader.interests', nullif(cardinality(interests), 0)::float8),
        ('reader.categories', nullif(cardinality(categories), 0)::float8),
        ('reader.region', case when region is not null then 1::float8 end)
    ) as feature (key, value)
    where event_timestamp > %(since)s and event_timestamp <= %(until)s
    union all
    select event_timestamp, key, value
    from feast.article_state
    cross join lateral (values
        ('article.reads', ln(1 + n_reads)::float8),
        ('article.dwell', ln(1 + dwell_sum_seconds / nullif(dwell_count, 0))),
        ('article.category', case when category is not null then 1::float8 end),
        ('article.publisher', case when publisher is not null then 1::float8 end)
    ) as feature (key, value)
    where event_timestamp > %(since)s and event_timestamp <= %(until)s
) profiled
cross join (values (0), (1)) as kinds (kind)
group by kind, key, 3
on conflict (series, hour, key) do update set n = excluded.n, total = excluded.total
