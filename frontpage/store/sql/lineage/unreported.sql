-- Executions that have ended and that the lineage store has not been told of, the oldest first.
-- grain: execution
-- parameters: as_of (of what they are about), since, limit
-- idempotence: reads only
select *
from execution
where ended_at is not null and started_at >= %(since)s and coalesce(as_of, started_at) <= %(as_of)s
  and verb <> 'runs lineage'
  and not exists (
      select from lineage.openlineage_runs told
      where told.run_id = execution_id::text and told.state in ('COMPLETE', 'FAIL')
  )
order by started_at, execution_id
limit %(limit)s
