-- The run that was made last, and how large its rows and their index are, for benches.
-- grain: at most one run
-- parameters: none; read-only
select run_id, n_readers, n_rows, checksum, pg_total_relation_size(to_regclass('recommendation_' || run_id)) as n_bytes
from rec_run where n_rows is not null order by run_id desc limit 1
