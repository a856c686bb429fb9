-- The executions of a verb before one, for comparing.
-- grain: execution, newest first; parameters: verb, before; read-only
select execution_id, started_at, seconds, exit_code from execution
where verb = %(verb)s and started_at < %(before)s order by started_at desc limit 10
