-- The run whose lists a run at as_of may keep: the last one that was served before it and not taken back since.
-- grain: at most one run
-- parameters: variant, as_of; read-only
select run.run_id, run.as_of, run.model_version, run.details
from rec_run run
join pg_inherits part on part.inhrelid = to_regclass('recommendation_' || run.run_id)
where run.variant = %(variant)s
  and run.as_of < %(as_of)s
  and run.state in ('published', 'superseded')
  and (select max(publication_id) from publication where publication.run_id = run.run_id)
      > coalesce((select max(publication_id) from publication
                  where action = 'rollback' and previous_run_id = run.run_id), 0)
order by run.as_of desc, run.attempt desc
limit 1
