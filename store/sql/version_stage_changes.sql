-- The audit trail of a version's stages.
-- grain: one change, oldest first
-- parameters: version
-- idempotence: reads only
select previous_stage, stage, reason, changed_at
from model_stage_change
where version = %(version)s
order by change_id
