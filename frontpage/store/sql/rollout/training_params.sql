-- The parameters of a training.
-- grain: at most one training
-- parameters: training_id; read-only
select params from training_run where training_id = %(training_id)s
