-- The last rollout of a recipe.
-- grain: at most one rollout
-- parameters: recipe; read-only
select rollout_id, recipe, version, state, share, begun_as_of, step_since
from rollout
where recipe = %(recipe)s
order by rollout_id desc
limit 1
