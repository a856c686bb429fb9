-- Features that states have lost, as the drift of the hour before a moment confirmed it.
-- grain: feature
-- parameters: as_of, rise (of the share of states that lack it)
-- idempotence: reads only; what is found at the moment itself is found after its lists were made
select distinct key
from drift_finding
where series = 'features.missing' and is_confirmed and value - expected >= %(rise)s
  and as_of < %(as_of)s and as_of >= %(as_of)s - interval '90 minutes'
order by key
