-- The shape of read_event: its columns and their types, without a row.
-- grain: none
-- parameters: none; read-only
select * from read_event where false
