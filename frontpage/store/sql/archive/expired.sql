-- Archived runs that are too old, of which no younger one keeps a list.
-- grain: run
-- parameters: before; read-only
select archived.run_id, archived.uri
from archived_run archived
join rec_run run using (run_id)
where run.as_of < %(before)s
  and to_regclass('recommendation_' || run.run_id) is null
  and not exists (
      select from archived_run younger join rec_run its on its.run_id = younger.run_id
      where its.as_of >= %(before)s and archived.run_id = any(younger.refers_to)
  )
order by archived.run_id
