-- How two runs differ, by a sample of readers: one in sixteen.
-- grain: one row; parameters: run_id, now_id (the one that is served); read-only
with sampled as (
    select reader_key, article_id, run_id from recommendation
    where run_id in (%(run_id)s, %(now_id)s) and reader_key %% 16 = 0
)
select count(distinct reader_key) filter (where run_id = %(run_id)s) as n_readers,
       count(distinct reader_key) filter (where run_id = %(now_id)s) as n_readers_now,
       count(distinct article_id) filter (where run_id = %(run_id)s) as n_articles,
       count(distinct article_id) filter (where run_id = %(run_id)s and article_id in (
           select article_id from retraction where ended_at is null
       )) as n_retracted,
       (select count(*) from sampled one join sampled other using (reader_key, article_id)
        where one.run_id = %(run_id)s and other.run_id = %(now_id)s)::float8
         / nullif(count(*) filter (where run_id = %(run_id)s), 0) as overlap,
       (select as_of from rec_run where run_id = %(run_id)s) as as_of
from sampled
