-- The run that a rollback would serve: `to_run` if given, else the newest list made before the one being served.
-- grain: at most one run
-- parameters: variant, to_run (nullable); read-only
-- By default a list that was never served, or that was itself rolled back, does not qualify.
-- Only runs whose rows are still there (partitions of recommendation) qualify; failed and dropped ones never do.
select run.run_id
from rec_run run
join published_run served on served.variant = run.variant
join rec_run served_run on served_run.run_id = served.run_id
join pg_inherits part on part.inhrelid = to_regclass('recommendation_' || run.run_id)
where run.variant = %(variant)s
  and run.state = 'superseded'
  and case when %(to_run)s::bigint is null
           then (run.as_of, run.attempt) < (served_run.as_of, served_run.attempt)
                and (select max(publication_id) from publication where publication.run_id = run.run_id)
                    > coalesce((select max(publication_id) from publication
                                where action = 'rollback' and previous_run_id = run.run_id), 0)
           else run.run_id = %(to_run)s::bigint end
order by run.as_of desc, run.attempt desc
limit 1
