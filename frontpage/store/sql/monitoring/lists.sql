-- What each variant serves, and how many runs the gate refused in the last day.
-- grain: variant
-- parameters: now
-- idempotence: reads only
select published_run.variant, extract(epoch from run.as_of)::float8 as as_of,
       extract(epoch from published_run.published_at)::float8 as published_at, run.n_readers, run.n_rows,
       run.run_id,
       (select count(*) from rec_run failed
        where failed.variant = published_run.variant and failed.state = 'failed'
          and failed.created_at > %(now)s - interval '1 day') as n_refused_day,
       (select count(*) from list_hold where variant = published_run.variant and lifted_at is null) as n_holds
from published_run
join rec_run run using (run_id)
order by published_run.variant
