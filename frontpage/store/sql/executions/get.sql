-- Executions whose id begins so, with their parameters and packages; two at most, which is one too many.
-- grain: execution
-- parameters: name (a pattern)
-- idempotence: reads only
select execution.*, params, packages
from execution
left join execution_params using (params_hash)
left join execution_packages using (packages_hash)
where execution_id::text like %(name)s
limit 2
