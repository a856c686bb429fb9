-- The runs that are being served together, in the order in which a reader's list is looked for.
-- grain: run; at most three: the canary's, the variant's own, and today's product
-- parameters: $1 variant; read-only (asyncpg, numbered)
-- A canary stands before the champion only. Today's product stands behind a champion's run that is a pilot's: one whose
-- treated readers alone have a list.
with own as (
    select run.details from published_run pointer join rec_run run using (run_id) where pointer.variant = $1
)
select run.run_id, run.as_of, run.variant, run.model_version, run.snapshot_hash, run.checksum, run.n_readers, run.n_rows,
       coalesce(run.built_at, run.created_at) as generated_at, pointer.published_at
from published_run pointer
join rec_run run using (run_id)
where pointer.variant = $1
   or ($1 = 'champion' and exists (select from own)
       and (pointer.variant = 'canary'
            or pointer.variant = 'today' and (select details ? 'pilot' from own)))
order by pointer.variant <> 'canary', pointer.variant <> $1
