-- Model versions, newest knowledge first.
-- grain: version
-- parameters: until (null: now), stage (null: all), limit
-- idempotence: reads only
select version, as_of, artefact_uri, artefact_hash, snapshot_hash, training_id, parent, stage, metrics, gate, lineage,
       acceptance, fitness, created_at, stage_changed_at
from model_version
where (%(stage)s::text is null or stage = %(stage)s)
  and (%(until)s::timestamptz is null or as_of <= %(until)s)
order by as_of desc, created_at desc, version
limit %(limit)s
