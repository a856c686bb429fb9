-- Reads that had happened by one moment and became known after it, up to a later one.
-- grain: one row
-- parameters: earlier, later
-- idempotence: reads only
select count(*) as n
from read_event
where recorded_at > %(earlier)s and recorded_at <= %(later)s and occurred_at <= %(earlier)s
