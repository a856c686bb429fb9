-- Fallback lists of an interleaved run: those of its first team.
-- grain: scope, scope_value, rank
-- parameters: run_id, first_run; idempotence: once for a run
insert into fallback_list (run_id, scope, scope_value, rank, article_id, score, candidate_source, reasons, is_waived)
select %(run_id)s, scope, scope_value, rank, article_id, score, candidate_source, reasons, is_waived
from fallback_list where run_id = %(first_run)s
