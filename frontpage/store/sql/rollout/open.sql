-- The rollout that is under way.
-- grain: at most one rollout
-- parameters: none; read-only
select rollout.rollout_id, rollout.recipe, rollout.version, rollout.state, rollout.share, rollout.begun_as_of,
       rollout.step_since, version.as_of as version_as_of
from rollout join model_version version using (version)
where rollout.state in ('shadow', 'canary', 'waiting')
