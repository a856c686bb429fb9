-- Rollouts, the newest first.
-- grain: rollout
-- parameters: limit; read-only
select rollout_id, recipe, version, state, share, begun_as_of, step_since
from rollout
order by rollout_id desc
limit %(limit)s
