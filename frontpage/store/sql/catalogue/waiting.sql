-- Rows of batches that were received by a moment, in the order in which they came.
-- grain: row in waiting; parameters: as_of; read-only
select kind, row_id from catalogue_row where received_at <= %(as_of)s order by kind, row_id
