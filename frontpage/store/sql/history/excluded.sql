-- What each reader does not want to see, as asked by as_of: hidden articles, and all of muted publishers and categories.
-- grain: reader, article
-- A copy counts for its original where it was hidden itself, not for its publisher or category.
-- parameters: as_of, since (older articles have expired and cannot be listed anyway); read-only
with live as materialized (
    select distinct on (article_id) article_id, publisher, category
    from article_version
    where duplicate_of is null and recorded_at <= %(as_of)s and greatest(first_seen_at, published_at) > %(since)s
    order by article_id, recorded_at desc
), wish as (
    select reader_key, kind, value from reader_preference
    where recorded_at <= %(as_of)s and (ended_at is null or ended_at > %(as_of)s)
)
select reader_key, value as article_id from wish where kind = 'hidden_article'
union
select reader_key, article_id from wish join live on live.publisher = wish.value where kind = 'muted_publisher'
union
select reader_key, article_id from wish join live on live.category = wish.value where kind = 'muted_category'
order by 1, 2
