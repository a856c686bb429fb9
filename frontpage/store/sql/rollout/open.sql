-- The rollout that is under way.
-- grain: at most one rollout
-- parameters: none; read-only
select rollout_id, recipe, version, state, share, begun_as_of, step_since
from rollout
where state in ('shadow', 'canary', 'waiting')
