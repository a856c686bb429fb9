-- Experiments that are running.
-- grain: experiment; oldest first
-- parameters: none; read-only
select * from experiment where stopped_at is null order by started_at, name
