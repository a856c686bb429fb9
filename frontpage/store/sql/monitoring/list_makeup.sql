-- What the served lists are made of: coverage, overlap with the lists before, the largest publisher, by a sample.
-- grain: variant
-- parameters: now
-- idempotence: reads only
with sampled as (
    select published_run.variant, recommendation.*
    from published_run
    join recommendation using (run_id)
    where reader_key %% 50 = 0
), share as (
    select variant, publisher, count(*) / sum(count(*)) over (partition by variant) as share
    from sampled
    join article_version using (article_id)
    where publisher is not null
    group by variant, publisher
)
select variant, count(distinct article_id)::float8 as n_articles, count(distinct reader_key)::float8 as n_readers,
       avg(case when rank = 1 then score end)::float8 as first_score,
       (select max(share.share)::float8 from share where share.variant = sampled.variant) as top_publisher_share,
       (select (total / nullif(n, 0))::float8 from drift_aggregate
        where series = 'lists.overlap' and hour <= %(now)s order by hour desc limit 1) as overlap
from sampled
group by variant
order by variant
