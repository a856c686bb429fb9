-- What ran.
-- grain: execution; parameters: since, most; read-only
select execution_id, verb, trigger, caller, as_of, started_at, seconds, cpu_seconds, peak_memory_bytes, rows_in, rows_out,
       rejected, exit_code, error
from execution where started_at > %(since)s order by started_at limit %(most)s
