-- Whether the lineage of executions was ever told.
-- grain: one row
-- parameters: none
-- idempotence: reads only
select to_regclass('lineage.openlineage_run_io') is not null as is_there
