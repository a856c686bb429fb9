-- The shape of reader: its columns and their types, without a row.
-- grain: none
-- parameters: none; read-only
select * from reader where false
