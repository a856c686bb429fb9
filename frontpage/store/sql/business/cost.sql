-- What the executions of a day took, at today's prices.
-- grain: day (UTC)
-- parameters: day, next_day, cpu_hour, gb_hour, gb_written (prices)
-- idempotence: a day that is there already is counted anew
-- Memory is that of the largest process for as long as the execution took; lists are those of the runs published that day.
with used as (
    select coalesce(sum(cpu_seconds), 0) / 3600 as cpu_hours,
           coalesce(sum(peak_memory_bytes / 1e9 * seconds), 0) / 3600 as gb_hours,
           coalesce(sum(written_bytes), 0) / 1e9 as gb_written
    from execution where started_at >= %(day)s and started_at < %(next_day)s and ended_at is not null
), made as (
    select coalesce(sum(n_readers), 0) as lists from rec_run where published_at >= %(day)s and published_at < %(next_day)s
)
insert into business_cost (day, cpu_hours, gb_hours, gb_written, lists, cost)
select %(day)s::timestamptz::date, cpu_hours, gb_hours, gb_written, lists,
       cpu_hours * %(cpu_hour)s + gb_hours * %(gb_hour)s + gb_written * %(gb_written)s
from used, made
on conflict (day) do update set
    cpu_hours = excluded.cpu_hours, gb_hours = excluded.gb_hours, gb_written = excluded.gb_written,
    lists = excluded.lists, cost = excluded.cost
