-- The checks of a moment, the newest of each boundary.
-- grain: boundary
-- parameters: as_of; read-only
select distinct on (boundary) boundary, validation_id
from validation_run
where as_of = %(as_of)s
order by boundary, validation_id desc
