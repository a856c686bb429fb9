-- Confirmed findings of the newest tick of drift, the strongest of each series.
-- grain: series, kind
-- parameters: now
-- idempotence: reads only
select series, kind, count(*) as n, max(abs(coalesce(z, 0)))::float8 as z
from drift_finding
where is_confirmed and as_of = (
    select max(as_of) from execution where verb = 'drift' and exit_code = 0 and as_of <= %(now)s
)
group by series, kind
order by series, kind
