-- Take the rows that an extract has merged out of waiting, and say in their batches what became of them.
-- grain: catalogue_batch; parameters: row_ids, extract_id
-- idempotence: part of the merge's transaction: a row leaves exactly when it is loaded or quarantined
with settled as (
    delete from catalogue_row where row_id = any(%(row_ids)s) returning row_id, batch_id, place
), outcome as (
    select row_no, outcome, null as reason, null as detail from article_outcome where file = 'catalogue'
    union all
    select row_no, outcome, null, null from reader_outcome where file = 'catalogue'
    union all
    select q.row_no, 'quarantined', q.reason, q.detail
    from stage_quarantine q join stage_block b using (block)
    where b.file = 'catalogue'
), account as (
    select batch_id,
           count(*) filter (where outcome = 'loaded') as loaded,
           count(*) filter (where outcome = 'updated') as updated,
           count(*) filter (where outcome = 'unchanged') as unchanged,
           count(*) filter (where outcome = 'quarantined') as quarantined,
           coalesce(jsonb_agg(jsonb_build_object('index', place, 'reason', reason, 'detail', detail) order by place)
                    filter (where outcome = 'quarantined'), '[]') as rejected
    from settled left join outcome on row_no = row_id
    group by batch_id
)
update catalogue_batch b
set extracted_at = clock_timestamp(), extract_id = %(extract_id)s, loaded = a.loaded, updated = a.updated,
    unchanged = a.unchanged, quarantined = a.quarantined, rejected = a.rejected
from account a
where a.batch_id = b.batch_id
