-- Retract what a feed says is gone.
-- grain: article whose status changed; parameters: source, article_ids
-- idempotence: what is so already, and what nobody knows, is left alone
select changed_id from unnest(%(article_ids)s::text[]) gone (article_id)
cross join lateral set_retracted(gone.article_id, true, 'system:extract', 'deleted from ' || %(source)s, false, 'source')
    as changed_id
