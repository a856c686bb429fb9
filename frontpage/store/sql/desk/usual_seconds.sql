-- How long executions of a verb usually took.
-- grain: one row; parameters: verb, execution_id (left out); read-only
select percentile_cont(0.5) within group (order by seconds) as seconds,
       percentile_cont(0.5) within group (order by rows_out) as rows_out,
       percentile_cont(0.5) within group (order by peak_memory_bytes) as peak_memory_bytes, count(*) as n
from (
    select seconds, rows_out, peak_memory_bytes from execution
    where verb = %(verb)s and exit_code = 0 and execution_id <> %(execution_id)s
    order by started_at desc limit 30
) past
