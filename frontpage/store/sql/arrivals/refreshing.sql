-- When the last part of a refresh began, and whether one is under way; one that was killed counts as such for two hours.
-- grain: one row
-- parameters: now
-- idempotence: reads only
select max(started_at) as began_at,
       coalesce(bool_or(ended_at is null and started_at > %(now)s - interval '2 hours'), false) as is_running
from execution
where verb in ('extract', 'validate', 'features', 'score', 'gate', 'publish', 'refresh')
  and started_at > %(now)s - interval '1 day'
