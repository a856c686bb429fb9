-- Retract what a source says is retracted, with its copies, and bring back what it says is live again.
-- grain: article whose status changed; parameters: source
-- idempotence: what is so already is left alone; what an editor retracted stays so
with said as (
    select distinct on (staged.article_id) staged.article_id, staged.status, staged.claimed_at
    from stage_article staged join stage_block block using (block)
    where staged.status is not null
    order by staged.article_id, staged.claimed_at desc, block.file desc, staged.row_no desc
), changed as materialized (
    select said.article_id, said.status, said.claimed_at
    from said
    cross join lateral (
        select status from article_version version
        where version.article_id = said.article_id order by recorded_at desc limit 1
    ) known
    where known.status <> said.status
)
select changed_id from changed
cross join lateral set_retracted(changed.article_id, changed.status = 'retracted', 'system:extract',
    'said by ' || %(source)s, false, 'source', changed.claimed_at) as changed_id
