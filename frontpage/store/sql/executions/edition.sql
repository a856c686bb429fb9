-- The lists that an execution made or helped to make, and what everything that made them took.
-- grain: one row; none where there are no such lists
-- parameters: execution_id
-- idempotence: reads only
-- The run is the one that the execution names as its artifact, else the newest published one about the same moment.
-- Everything: executions of the steps of a refresh about that moment, those that failed or were repeated too, but for
-- those of other variants. gb_seconds is the memory of each one's largest process for as long as it took.
with this as (
    select as_of, substring(artifact from '^run:([0-9]+)$')::bigint as run_id
    from execution where execution_id = %(execution_id)s::uuid
), run as (
    select rec_run.run_id, rec_run.as_of, rec_run.variant, coalesce(rec_run.n_readers, 0) as lists
    from this
    join rec_run on rec_run.run_id = this.run_id
         or (this.run_id is null and rec_run.as_of = this.as_of and rec_run.published_at is not null)
    order by rec_run.run_id desc limit 1
)
select run.run_id as run, run.lists, count(*) as executions,
       coalesce(sum(cpu_seconds), 0)::float8 as cpu_seconds,
       coalesce(sum(peak_memory_bytes / 1e9 * seconds), 0)::float8 as gb_seconds,
       coalesce(sum(written_bytes), 0)::float8 as written_bytes
from run
join execution on execution.as_of = run.as_of and execution.ended_at is not null
where execution.verb in ('extract', 'validate', 'features', 'score', 'gate', 'publish', 'refresh')
  and coalesce(execution.options ->> 'variant', run.variant) = run.variant
group by run.run_id, run.lists
