-- Rows in waiting, as they came.
-- grain: row; parameters: row_ids; read-only
select row_id, batch_id, place, payload, received_at from catalogue_row where row_id = any(%(row_ids)s) order by row_id
