-- Readers of an arm of a pilot.
-- grain: reader; ordered by key
-- parameters: pilot_id, arm; read-only
select reader_key from pilot_reader where pilot_id = %(pilot_id)s and arm = %(arm)s order by reader_key
