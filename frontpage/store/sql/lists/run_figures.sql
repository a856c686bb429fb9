-- What a run that is being built amounts to: lists, rows, and sums of the hashes of all rows of lists and fallback lists.
-- grain: one row
-- parameters: {table} the run's own partition table, {run_id}; read-only
-- Sums do not hang on the order of rows: nothing is sorted, and each process may sum up a part. Two hashes of 64 bits.
select lists.*, fallbacks.*
from (
    select count(*) filter (where rank = 1) as n_readers, count(*) as n_rows,
           sum(hash_record_extended(seen, 1)) as lists_1, sum(hash_record_extended(seen, 2)) as lists_2
    from (
        select list.rank, row(reader.reader_id, list.rank, list.article_id, list.score, list.reasons) as seen
        from {table} list
        left join reader using (reader_key)
    ) rows
) lists, (
    select sum(hash_record_extended(seen, 1)) as fallbacks_1, sum(hash_record_extended(seen, 2)) as fallbacks_2
    from (
        select row(scope, scope_value, rank, article_id, score, reasons) as seen
        from fallback_list where run_id = {run_id}
    ) rows
) fallbacks
