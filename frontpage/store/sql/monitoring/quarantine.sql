-- Rows that were put into quarantine in the last day and are still there.
-- grain: kind, reason
-- parameters: now
-- idempotence: reads only
select kind, reason, count(*) as n
from quarantine
where recorded_at > %(now)s - interval '1 day' and recorded_at <= %(now)s and released_at is null
group by kind, reason
order by n desc
