-- Model versions, newest knowledge first.
-- grain: version
-- parameters: stage (null: all), limit
-- idempotence: reads only
select version, as_of, artefact_uri, artefact_hash, snapshot_hash, training_id, parent, stage, metrics, gate, created_at,
       stage_changed_at
from model_version
where %(stage)s::text is null or stage = %(stage)s
order by as_of desc, created_at desc, version
limit %(limit)s
