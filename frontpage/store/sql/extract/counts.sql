-- The account of an extract: what was read and what became of it.
-- grain: one row; parameters: none; read-only
with outcome as (
    select outcome from article_outcome
    union all select outcome from reader_outcome
    union all select outcome from read_outcome
    union all select outcome from impression_outcome
)
select (select coalesce(sum(rows_in), 0) from stage_block)::bigint as rows_in,
       count(*) filter (where outcome = 'loaded') as loaded,
       count(*) filter (where outcome = 'updated') as updated,
       count(*) filter (where outcome = 'unchanged') as unchanged,
       (select count(*) from stage_quarantine) as quarantined,
       (select coalesce(sum(n_deferred), 0) from stage_block)::bigint as deferred,
       (select coalesce(sum(n_left_out), 0) from stage_block)::bigint as left_out
from outcome
