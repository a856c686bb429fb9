-- When each source was last answered for, and what its newest pull brought.
-- grain: source
-- parameters: now
-- idempotence: reads only
select source_watermark.source, extract(epoch from source_watermark.as_of)::float8 as answered_at,
       extract(epoch from newest.loaded_at)::float8 as loaded_at, newest.n_day, newest.n_failed_day
from source_watermark
left join lateral (
    select max(as_of) filter (where loaded + updated > 0) as loaded_at,
           coalesce(sum(loaded) filter (where as_of > %(now)s - interval '1 day'), 0)::float8 as n_day,
           count(*) filter (where state = 'failed' and as_of > %(now)s - interval '1 day') as n_failed_day
    from extract_run
    where extract_run.source = source_watermark.source and as_of > %(now)s - interval '30 days' and as_of <= %(now)s
) newest on true
where source_watermark.as_of > %(now)s - interval '30 days'
order by source_watermark.source
