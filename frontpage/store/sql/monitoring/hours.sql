-- Reads that became known and the longest refresh step of each hour of the last week.
-- grain: hour
-- parameters: now
-- idempotence: reads only
select hour,
       (select count(*) from read_event
        where recorded_at > hour and recorded_at <= hour + interval '1 hour')::float8 as n_reads,
       (select coalesce(sum(seconds), 0)::float8 from execution
        where verb in ('extract', 'validate', 'features', 'score', 'gate', 'publish')
          and started_at > hour and started_at <= hour + interval '1 hour') as refresh_seconds
from generate_series(date_trunc('hour', %(now)s) - interval '7 days',
                     date_trunc('hour', %(now)s) - interval '1 hour', interval '1 hour') hour
order by hour
