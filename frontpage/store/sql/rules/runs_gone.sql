-- Runs that were served since one of some articles was known, and whose lists are in the archive alone.
-- grain: run
-- parameters: article_ids; read-only
select run_id
from archived_run
where to_regclass('recommendation_' || run_id) is null
  and exists (
      select from served_list
      where served_list.run_id = archived_run.run_id and fallback is null
        and served_at >= (select min(recorded_at) from article_version where article_id = any(%(article_ids)s))
  )
order by run_id
