-- Lists of an earlier run as they are, reasons and all, into a run that is being built; who made them is written down.
-- grain: reader, rank
-- parameters: {target} the new run's own table, {base} the earlier one's, {base_run}; temporary table kept_reader
-- idempotence: none of its own; the caller notes the block in the same transaction
insert into {target} (reader_key, rank, article_id, score, candidate_source, reasons, propensity, is_waived, scored_run)
select reader_key, rank, article_id, score, candidate_source, reasons, propensity, is_waived, coalesce(scored_run, {base_run})
from {base}
join kept_reader using (reader_key)
