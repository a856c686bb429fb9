-- Runs that were published and whose rows are there, but not in the archive yet.
-- grain: run; oldest first
-- parameters: as_of; read-only
select run.run_id, run.as_of, run.variant, run.details
from rec_run run
left join archived_run archived using (run_id)
where run.state in ('published', 'superseded') and run.as_of <= %(as_of)s and archived.run_id is null
  and to_regclass('recommendation_' || run.run_id) is not null
order by run.run_id
