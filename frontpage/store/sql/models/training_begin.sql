-- Open a training.
-- grain: one training
-- parameters: as_of, snapshot_hash (null where no snapshot was written), params (jsonb)
-- idempotence: none; each attempt is a training of its own
insert into training_run (as_of, snapshot_hash, params)
values (%(as_of)s, %(snapshot_hash)s, %(params)s)
returning training_id
