-- How each step's newest execution that has ended went, and how many there were in the last day.
-- grain: verb
-- parameters: now
-- idempotence: reads only
with recent as (
    select * from execution where started_at > %(now)s - interval '30 days' and started_at <= %(now)s
), newest as (
    select distinct on (verb) * from recent where ended_at is not null order by verb, ended_at desc
)
select verb,
       extract(epoch from max(recent.ended_at) filter (where recent.exit_code = 0))::float8 as succeeded_at,
       extract(epoch from max(recent.ended_at))::float8 as ended_at,
       count(*) filter (where recent.started_at > %(now)s - interval '1 day') as n_day,
       count(*) filter (where recent.started_at > %(now)s - interval '1 day' and recent.exit_code not in (0, 7))
           as n_failed_day,
       count(*) filter (where recent.ended_at is null and recent.started_at > %(now)s - interval '12 hours')
           as n_running,
       max(newest.exit_code) as exit_code, max(newest.seconds) as seconds, max(newest.cpu_seconds) as cpu_seconds,
       max(newest.peak_memory_bytes) as peak_memory_bytes, max(newest.read_bytes) as read_bytes,
       max(newest.written_bytes) as written_bytes, max(newest.rows_in) as rows_in, max(newest.rows_out) as rows_out,
       max(newest.rejected) as rejected,
       max(newest.rows_out) / nullif(max(newest.seconds), 0) as rows_per_second,
       extract(epoch from max(newest.as_of))::float8 as as_of
from recent
left join newest using (verb)
group by verb
order by verb
