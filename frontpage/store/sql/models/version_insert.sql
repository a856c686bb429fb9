-- Register a model version.
-- grain: version
-- parameters: version, as_of, training_id, stage, artefact_uri, artefact_hash, snapshot_hash, parent, metrics, gate, lineage
-- idempotence: by version; one that exists is left as it is
insert into model_version
    (version, as_of, training_id, stage, artefact_uri, artefact_hash, snapshot_hash, parent, metrics, gate, lineage)
values
    (%(version)s, %(as_of)s, %(training_id)s, %(stage)s, %(artefact_uri)s, %(artefact_hash)s, %(snapshot_hash)s,
     %(parent)s, %(metrics)s, %(gate)s, %(lineage)s)
on conflict (version) do nothing
