-- Lists beyond the newest `keep` whose rows are still stored; never the one being served.
-- grain: run
-- parameters: variant, keep; read-only
select run.run_id
from rec_run run
where run.variant = %(variant)s
  and to_regclass('recommendation_' || run.run_id) is not null
  and run.state in ('superseded', 'failed')
order by run.as_of desc, run.attempt desc
offset %(keep)s
