-- Runs with lists that were shown, newest first: what a lot gave away in them is looked at.
-- grain: run
-- parameters: since, until (excluded), variant, most; read-only
select run.run_id
from rec_run run
where run.variant = %(variant)s and to_regclass('recommendation_' || run.run_id) is not null
  and exists (
      select from list_outcome shown
      where shown.run_id = run.run_id and shown.shown_at >= %(since)s and shown.shown_at < %(until)s
        and shown.ranks is not null
  )
order by run.as_of desc
limit %(most)s
