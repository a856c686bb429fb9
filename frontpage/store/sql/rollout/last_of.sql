-- The last rollout of a recipe.
-- grain: at most one rollout
-- parameters: recipe; read-only
select rollout.rollout_id, rollout.recipe, rollout.version, rollout.state, rollout.share, rollout.begun_as_of,
       rollout.step_since, version.as_of as version_as_of
from rollout join model_version version using (version)
where rollout.recipe = %(recipe)s
order by rollout.rollout_id desc
limit 1
