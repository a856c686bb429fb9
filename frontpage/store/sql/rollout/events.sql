-- The trail of a rollout, oldest first.
-- grain: one event
-- parameters: rollout_id; read-only
select rollout_id, as_of, action, state, share, version, guardrails, actor, reason, at
from rollout_event
where rollout_id = %(rollout_id)s
order by event_id
