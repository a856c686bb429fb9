-- One reader's list, as it is served. For benches.
-- grain: rank
-- parameters: reader_key (by place); read-only
select rank, article_id, score, reasons
from recommendation
where run_id = (select run_id from published_run where variant = 'champion') and reader_key = %s
order by rank
