-- Aggregates of a stretch of hours.
-- grain: series, key, hour
-- parameters: since, until
-- idempotence: reads only
select series, key, hour, n, total from drift_aggregate where hour > %(since)s and hour <= %(until)s
