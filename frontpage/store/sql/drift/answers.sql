-- What was answered, the newest first.
-- grain: tick
-- parameters: as_of (up to it), limit
-- idempotence: reads only
select as_of, action, reason, skipped, recorded_at from drift_answer where as_of <= %(as_of)s order by as_of desc limit %(limit)s
