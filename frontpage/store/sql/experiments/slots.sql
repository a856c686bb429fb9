-- Places that a lot could give away and that were shown: who stood there, with which chance, and whether it was read.
-- grain: reader of a run
-- parameters: {table} the run's own table, {run_id}; since, until (excluded); read-only
-- above: what stood in the other places. made_at: the moment at which the list was made.
select list.reader_key, maker.run_id as maker_run, maker.as_of as made_at, list.article_id, list.propensity,
       array(select other.article_id from {table} other
             where other.reader_key = list.reader_key and other.rank <> list.rank) as above,
       exists (
           select from list_outcome outcome join list_read using (outcome_id)
           where outcome.run_id = {run_id} and outcome.reader_key = list.reader_key
             and list_read.article_id = list.article_id and list_read.position is not null
       )::int::double precision as reward
from {table} list
join (
    select reader_key, bit_or(ranks) as ranks from list_outcome
    where run_id = {run_id} and ranks is not null and shown_at >= %(since)s and shown_at < %(until)s
    group by reader_key
) shown using (reader_key)
join rec_run maker on maker.run_id = coalesce(list.scored_run, {run_id})
where list.propensity < 1 and shown.ranks::int & (1 << (list.rank - 1)) <> 0
