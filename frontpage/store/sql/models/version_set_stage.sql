-- Change a version's stage and write the change down.
-- grain: version; the trail has one row per change
-- parameters: version, stage, actor, reason
-- idempotence: not by itself; the caller leaves out a change to the stage a version has
with before as (
    select version, stage from model_version where version = %(version)s
), trail as (
    insert into model_version_event (version, from_stage, to_stage, actor, reason)
    select version, stage, %(stage)s, %(actor)s, %(reason)s from before
)
update model_version set stage = %(stage)s, stage_changed_at = clock_timestamp() where version = %(version)s
