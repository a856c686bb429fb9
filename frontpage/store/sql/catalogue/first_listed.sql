-- Note in batches that wait for it that a run is the first to list one of their articles.
-- grain: catalogue_batch; parameters: run_id
-- idempotence: the first list counts; a batch that was not listed within a week is not looked for any more
with waiting as materialized (
    select batch_id, unnest(article_ids) as article_id
    from catalogue_batch
    where first_listed_at is null and kind = 'articles' and extracted_at > clock_timestamp() - interval '7 days'
), listed as materialized (
    select distinct article_id
    from (
        select article_id from recommendation where run_id = %(run_id)s and exists (select from waiting)
        union all
        select article_id from fallback_list where run_id = %(run_id)s
    ) place
)
update catalogue_batch b set first_listed_at = clock_timestamp()
where b.batch_id in (select batch_id from waiting join listed using (article_id))
