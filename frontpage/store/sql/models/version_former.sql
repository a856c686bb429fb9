-- The version that was champion last before the one that is, and was not taken back: at most one row.
-- grain: version
-- parameters: none
-- idempotence: reads only
select version
from model_version
join model_version_event using (version)
where model_version.stage = 'archived' and model_version_event.to_stage = 'champion'
order by model_version_event.event_id desc
limit 1
