-- Findings, the newest first.
-- grain: tick, series, key
-- parameters: since, confirmed (only those), limit
-- idempotence: reads only
select as_of, series, key, kind, value, expected, z, is_confirmed
from drift_finding
where as_of >= %(since)s and (is_confirmed or not %(confirmed)s)
order by as_of desc, is_confirmed desc, abs(z) desc nulls first, series, key
limit %(limit)s
