-- Hold a lock while MLflow creates its tables, so that two first uses do not meet; freed when the session ends.
-- grain: none. parameters: none. idempotence: taking it again in the same session changes nothing for others.
select pg_advisory_lock(7046003)
