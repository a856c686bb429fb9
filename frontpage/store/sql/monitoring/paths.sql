-- Minutes from publication to the first list, of articles first listed by one of the newest two runs.
-- grain: one row
-- parameters: now
-- idempotence: reads only
with newest as (
    select run_id, published_at from rec_run
    where published_at is not null and published_at <= %(now)s and variant = 'champion'
    order by published_at desc limit 2
), listed as (
    select article_id, min(published_at) as listed_at
    from recommendation join newest using (run_id) group by article_id
), waited as (
    select extract(epoch from listed_at - min(article_version.published_at)) as seconds
    from listed
    join article_version using (article_id)
    group by article_id, listed_at
    having min(article_version.recorded_at) > listed_at - interval '2 hours'
)
select percentile_cont(0.5) within group (order by seconds)::float8 as half,
       percentile_cont(0.95) within group (order by seconds)::float8 as most
from waited
where seconds > 0
