-- The runs of lists, newest first.
-- grain: run; parameters: most; read-only
select run_id, as_of, variant, attempt, state, model_version, n_readers, n_rows, checksum, created_at, published_at
from rec_run order by run_id desc limit %(most)s
