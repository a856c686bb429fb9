-- Change a version's stage and write the change down.
-- grain: version; the trail has one row per change
-- parameters: version, stage, reason
-- idempotence: not by itself; the caller leaves out a change to the stage a version has
with before as (
    select version, stage from model_version where version = %(version)s
), trail as (
    insert into model_stage_change (version, previous_stage, stage, reason)
    select version, stage, %(stage)s, %(reason)s from before
)
update model_version set stage = %(stage)s, stage_changed_at = clock_timestamp() where version = %(version)s
