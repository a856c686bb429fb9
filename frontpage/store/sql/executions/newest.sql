-- Executions, the newest first.
-- grain: execution
-- parameters: verb (null: all), since (null: ever), limit
-- idempotence: reads only
select *
from execution
where (%(verb)s::text is null or verb = %(verb)s)
  and (%(since)s::timestamptz is null or started_at >= %(since)s)
order by started_at desc, execution_id
limit %(limit)s
