-- One model version.
-- grain: version
-- parameters: version
-- idempotence: reads only
select version, as_of, artefact_uri, artefact_hash, snapshot_hash, training_id, parent, stage, metrics, gate, lineage,
       acceptance, fitness, created_at, stage_changed_at
from model_version
where version = %(version)s
