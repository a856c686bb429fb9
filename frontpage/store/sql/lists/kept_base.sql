-- The run whose lists a run at as_of may keep: the last one that was served before it and not taken back since.
-- grain: at most one run
-- parameters: variant, as_of, maker; read-only
-- Where a run of as_of was served already, the one that it kept from, if any: a repetition by the same maker gives the
-- same lists.
with repeated as (
    select (details ->> 'kept_from')::bigint as run_id
    from rec_run
    where variant = %(variant)s and as_of = %(as_of)s and state in ('published', 'superseded')
      and details ->> 'maker' = %(maker)s
    order by attempt desc
    limit 1
)
select run.run_id, run.as_of, run.details
from rec_run run
join pg_inherits part on part.inhrelid = to_regclass('recommendation_' || run.run_id)
where run.variant = %(variant)s
  and run.as_of < %(as_of)s
  and case when exists (select from repeated)
           then run.run_id = (select run_id from repeated)
           else run.state in ('published', 'superseded')
                and (select max(publication_id) from publication where publication.run_id = run.run_id)
                    > coalesce((select max(publication_id) from publication
                                where action = 'rollback' and previous_run_id = run.run_id), 0) end
order by run.as_of desc, run.attempt desc
limit 1
