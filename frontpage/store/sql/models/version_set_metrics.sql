-- Add metrics and the gate's decision to a version.
-- grain: version
-- parameters: version, metrics, gate (jsonb; merged into what is there)
-- idempotence: the same call again changes nothing
update model_version
set metrics = metrics || %(metrics)s, gate = gate || %(gate)s
where version = %(version)s
