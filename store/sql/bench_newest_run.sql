-- The run that was made last, for benches.
-- grain: at most one run
-- parameters: none; read-only
select run_id, n_readers, n_rows, checksum from rec_run where n_rows is not null order by run_id desc limit 1
