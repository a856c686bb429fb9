-- Lists of a variant that is never served, but for the newest ones.
-- grain: run
-- parameters: variant; read-only
select run_id, state
from (
    select run_id, state, row_number() over (order by as_of desc, attempt desc) as place
    from rec_run
    where variant = %(variant)s and to_regclass('recommendation_' || run_id) is not null
) stored
where place > 1
