-- Every row of a run's lists, with the moment at which it was made.
-- grain: reader, rank; in no order
-- parameters: {table} the run's own table, {run_id}; read-only
select list.reader_key, list.rank, list.article_id, (extract(epoch from maker.as_of) * 1000000)::bigint as made_us
from {table} list
join rec_run maker on maker.run_id = coalesce(list.scored_run, {run_id})
