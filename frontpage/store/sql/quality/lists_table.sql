-- The shape of a run's own table: its columns and their types, without a row.
-- grain: none
-- parameters: {table} the run's own table; read-only
select * from {table} where false
