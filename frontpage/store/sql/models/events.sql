-- The trail of a version, or of all, oldest first.
-- grain: one event
-- parameters: version (null: all)
-- idempotence: reads only
select version, from_stage, to_stage, actor, reason, at
from model_version_event
where %(version)s::text is null or version = %(version)s
order by event_id
