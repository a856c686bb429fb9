-- Lists that a run made, as they lie in its table: readers in blocks.
-- grain: reader, rank
-- parameters: {table} the run's own table; read-only
select reader_key, rank, article_id, score, candidate_source, propensity, is_waived, scored_run, reasons
from {table}
where scored_run is null or {is_whole}
