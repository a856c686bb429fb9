-- Lists that were published: mean score of the first place, and how much of each is in the run before.
-- grain: series, key, hour (its end)
-- parameters: since, until, every (of so many readers one is looked at)
-- idempotence: an hour that is there already is counted anew
insert into drift_aggregate (series, key, hour, n, total)
with run as (
    select publication.run_id, publication.previous_run_id,
           date_trunc('hour', rec_run.as_of - interval '1 microsecond') + interval '1 hour' as hour
    from publication
    join rec_run using (run_id)
    where rec_run.as_of > %(since)s and rec_run.as_of <= %(until)s and publication.variant = 'champion'
), sampled as (
    select run.hour, run.run_id, run.previous_run_id, reader_key, article_id, rank, score
    from run
    join recommendation using (run_id)
    where reader_key %% %(every)s = 0
)
select 'lists.score', 'first place', hour, count(*), sum(score)::float8 from sampled where rank = 1 group by hour
union all
select 'lists.overlap', 'share', hour, count(*), count(before.article_id)::float8
from sampled
left join recommendation before
  on before.run_id = sampled.previous_run_id and before.reader_key = sampled.reader_key
 and before.article_id = sampled.article_id
where sampled.previous_run_id is not null
group by hour
on conflict (series, hour, key) do update set n = excluded.n, total = excluded.total
