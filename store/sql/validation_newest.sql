-- The last check of each boundary for one moment.
-- grain: boundary, ordered so
-- parameters: as_of; read-only
select distinct on (boundary) boundary, passed, results, recorded_at
from validation_run
where as_of = %(as_of)s
order by boundary, validation_id desc
