-- Where reads stood among the articles of their own lists that were shown, and which run had put them there.
-- grain: read event of temporary table assigned
-- parameters: {table} the run's own table, {run_id}
-- idempotence: the same lists give the same positions
update assigned
set position = bit_count((assigned.ranks::int & ((1 << list.rank) - 1))::bit(32)),
    maker_run = coalesce(list.scored_run, {run_id})
from {table} list
where assigned.run_id = {run_id} and assigned.ranks is not null
  and list.reader_key = assigned.reader_key and list.article_id = assigned.article_id
  and assigned.ranks::int & (1 << (list.rank - 1)) <> 0
