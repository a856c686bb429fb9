-- Write down that a version came into the registry.
-- grain: one event
-- parameters: version, actor, reason
-- idempotence: none; the caller writes it once, with the version's row
insert into model_version_event (version, from_stage, to_stage, actor, reason)
select version, null, stage, %(actor)s, %(reason)s from model_version where version = %(version)s
