-- What became of a batch.
-- grain: batch; parameters: $1 batch_id (asyncpg, numbered); read-only
select batch_id, kind, n_rows, received_at, extracted_at, loaded, updated, unchanged, quarantined, rejected::text as rejected,
       first_listed_at, extract(epoch from first_listed_at - sent_at)::float8 as seconds_to_first_list
from catalogue_batch
where batch_id = $1
