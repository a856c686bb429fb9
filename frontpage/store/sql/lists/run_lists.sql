-- Every row of a run's lists and fallback lists, with the moment at which its list was made.
-- grain: scope, owner, rank; in no order
-- parameters: {table} the run's own table, {run_id}; read-only
select 'reader' as scope, list.reader_key::text as owner, list.rank, list.article_id, list.is_waived,
       (extract(epoch from maker.as_of) * 1000000)::bigint as made_us, list.candidate_source = 'pinned' as is_pinned
from {table} list
join rec_run maker on maker.run_id = coalesce(list.scored_run, {run_id})
union all
select list.scope, list.scope_value, list.rank, list.article_id, list.is_waived,
       (extract(epoch from maker.as_of) * 1000000)::bigint, list.candidate_source = 'pinned'
from fallback_list list
join rec_run maker using (run_id)
where list.run_id = {run_id}
