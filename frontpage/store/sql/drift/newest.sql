-- The last hour that was counted.
-- grain: one row
-- parameters: none
-- idempotence: reads only
select max(hour) as hour from drift_aggregate
