-- What each step took: the newest execution that ended well, and its own past of thirty days.
-- grain: verb
-- parameters: now
-- idempotence: reads only
with past as (
    select *, row_number() over (partition by verb order by ended_at desc) as back
    from execution
    where exit_code = 0 and ended_at > %(now)s - interval '30 days' and ended_at <= %(now)s
)
select verb, count(*) as n,
       max(seconds) filter (where back = 1)::float8 as seconds,
       percentile_cont(0.5) within group (order by seconds)::float8 as usual_seconds,
       max(cpu_seconds) filter (where back = 1)::float8 as cpu_seconds,
       percentile_cont(0.5) within group (order by cpu_seconds)::float8 as usual_cpu_seconds,
       max(peak_memory_bytes) filter (where back = 1)::float8 as memory_bytes,
       percentile_cont(0.5) within group (order by peak_memory_bytes)::float8 as usual_memory_bytes,
       max(peak_memory_bytes)::float8 as most_memory_bytes,
       max(cpu_seconds / nullif(seconds, 0))::float8 as most_processors,
       max(read_bytes) filter (where back = 1)::float8 as read_bytes,
       max(written_bytes) filter (where back = 1)::float8 as written_bytes,
       max(rows_out / nullif(seconds, 0)) filter (where back = 1)::float8 as rows_per_second
from past
group by verb
order by max(cpu_seconds) desc nulls last, verb
