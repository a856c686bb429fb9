-- Lists whose rows are stored and that no one can be served any more.
-- grain: run
-- parameters: variant, keep, archived_only; read-only
-- Beyond the newest `keep` that were published; and attempts that failed or were left unfinished for an as_of older than
-- the one being served. Never the one being served; with archived_only none that was published and is not archived.
select run_id, state
from (
    select run.run_id, run.state, run.as_of < served_run.as_of as is_older,
           row_number() over (partition by run.state = 'superseded' order by run.as_of desc, run.attempt desc) as place
    from rec_run run
    left join published_run served on served.variant = run.variant
    left join rec_run served_run on served_run.run_id = served.run_id
    where run.variant = %(variant)s
      and run.run_id is distinct from served.run_id
      and run.state <> 'published'
      and to_regclass('recommendation_' || run.run_id) is not null
) stored
where case when state = 'superseded'
           then place > %(keep)s
                and (not %(archived_only)s or exists (select from archived_run where archived_run.run_id = stored.run_id))
           else is_older end
