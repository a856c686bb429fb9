-- Runs whose own lists are needed for positions, and whether their rows are still there.
-- grain: run; parameters: none but temporary table assigned; read-only
select run_id, to_regclass('recommendation_' || run_id) is not null as is_there, count(*) as n
from assigned where ranks is not null
group by run_id
order by run_id
