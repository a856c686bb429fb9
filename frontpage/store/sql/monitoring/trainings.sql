-- Trainings: the newest that succeeded, those that failed in the last two days, and how long the one under way has run.
-- grain: one row
-- parameters: now
-- idempotence: reads only
select extract(epoch from max(ended_at) filter (where state = 'done'))::float8 as succeeded_at,
       count(*) filter (where state = 'failed' and started_at > %(now)s - interval '2 days') as n_failed,
       coalesce(extract(epoch from %(now)s - max(started_at) filter (
           where state = 'running' and started_at > %(now)s - interval '1 day')), 0)::float8 as running_seconds,
       extract(epoch from (array_agg(ended_at - started_at order by started_at desc)
           filter (where state = 'done'))[1])::float8 as seconds
from training_run
where started_at <= %(now)s
