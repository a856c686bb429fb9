-- What lists that were shown in the last day came to.
-- grain: region, variant, surface
-- parameters: now
-- idempotence: reads only
select coalesce(region, '') as region, variant, surface, count(*) as n,
       avg((n_reads > 0)::int)::float8 as read_share, avg(reading_seconds)::float8 as reading_seconds,
       avg(ndcg_at_10)::float8 as ndcg, avg((fallback is not null)::int)::float8 as fallback_share
from list_outcome
where shown_at > %(now)s - interval '1 day' and shown_at <= %(now)s
group by 1, 2, 3
order by n desc
