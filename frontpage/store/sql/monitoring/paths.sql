-- Seconds from publication to the first list, of articles in the newest lists that became known after those before.
-- grain: one row
-- parameters: now
-- idempotence: reads only
with runs as (
    select run_id, published_at, lag(as_of) over (order by published_at) as as_of_before
    from rec_run
    where published_at is not null and published_at <= %(now)s and variant = 'champion'
    order by published_at desc limit 1
), fresh as (
    select article_id, min(coalesce(published_at, first_seen_at)) as began_at
    from article_version
    where recorded_at > (select as_of_before from runs)
    group by article_id
), waited as (
    select distinct article_id, extract(epoch from runs.published_at - began_at) as seconds
    from runs
    join recommendation using (run_id)
    join fresh using (article_id)
    where not exists (select from article_version known
                      where known.article_id = fresh.article_id and known.recorded_at <= runs.as_of_before)
)
select percentile_cont(0.5) within group (order by seconds)::float8 as half,
       percentile_cont(0.95) within group (order by seconds)::float8 as most
from waited
where seconds > 0
