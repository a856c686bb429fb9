-- Start an experiment: the next attempt of its name.
-- grain: experiment
-- parameters: every column but attempt and salt; salt is the name with its attempt
-- idempotence: none; experiment_running refuses a second one of the name
insert into experiment (name, attempt, kind, arms, metrics, salt, lower_bucket, upper_bucket, level, horizon_hours,
    planned_readers, started_at, started_by, start_reason)
select %(name)s, next.attempt, %(kind)s, %(arms)s, %(metrics)s, %(name)s || '#' || next.attempt, %(lower)s, %(upper)s,
       %(level)s, %(horizon_hours)s, %(planned_readers)s, %(started_at)s, %(actor)s, %(reason)s
from (select coalesce(max(attempt), 0) + 1 as attempt from experiment where name = %(name)s) next
returning *
