-- The run that an edition for as_of is made from: the one being served if it is not newer than as_of, else the newest
-- one before that was ever published. A list that was rolled back is not chosen while its predecessor is served.
-- grain: at most one run
-- parameters: variant, as_of; read-only
select run.run_id
from rec_run run
left join published_run served on served.variant = run.variant and served.run_id = run.run_id
join pg_inherits part on part.inhrelid = to_regclass('recommendation_' || run.run_id)
where run.variant = %(variant)s
  and run.as_of <= %(as_of)s
  and run.state in ('published', 'superseded')
  and (select max(publication_id) from publication where publication.run_id = run.run_id)
      > coalesce((select max(publication_id) from publication
                  where action = 'rollback' and previous_run_id = run.run_id), 0)
order by (served.run_id is not null) desc, run.as_of desc, run.attempt desc
limit 1
