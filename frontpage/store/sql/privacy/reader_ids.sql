-- Every reader by their own id.
-- grain: reader; parameters: none; read-only
select reader_id from reader
