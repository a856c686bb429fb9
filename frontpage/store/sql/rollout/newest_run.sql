-- The last run that was made of a variant, whatever became of it.
-- grain: at most one run
-- parameters: variant, since (as_of of it, at least); read-only
select run_id, as_of, state, model_version, gate, details
from rec_run
where variant = %(variant)s and as_of >= %(since)s
order by as_of desc, attempt desc
limit 1
