-- The fallback lists of a run, for readers who have none of their own.
-- grain: scope, scope_value, rank
-- parameters: $1 run_id; read-only (asyncpg, numbered)
select scope, scope_value, rank, article_id, score, candidate_source, reasons
from fallback_list
where run_id = $1
order by scope, scope_value, rank
