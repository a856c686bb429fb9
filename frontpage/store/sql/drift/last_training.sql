-- The newest training by as_of, whatever became of it.
-- grain: one row
-- parameters: as_of
-- idempotence: reads only
select max(as_of) as as_of from training_run where as_of <= %(as_of)s
