-- How many rows wait in quarantine for which reason.
-- grain: kind, reason; parameters: none; read-only
select kind, reason, count(*) as n, max(recorded_at) as last_at, count(distinct source) as sources
from quarantine where released_at is null
group by kind, reason
order by n desc, kind, reason
