-- Whose lists a run took over from which earlier one.
-- grain: reader
-- parameters: {table} the run's own table; read-only
select reader_key, scored_run
from {table}
where scored_run is not null and rank = 1 and not {is_whole}
