-- The run that is being served.
-- grain: at most one run
-- parameters: $1 variant; read-only (asyncpg, numbered)
select run.run_id, run.as_of, run.variant, run.model_version, run.snapshot_hash, run.checksum, run.n_readers, run.n_rows,
       coalesce(run.built_at, run.created_at) as generated_at, pointer.published_at
from published_run pointer
join rec_run run using (run_id)
where pointer.variant = $1
