-- What decides on the fallback list of a reader without one of their own: region, interests, what they have read, and
-- what they have hidden or muted.
-- grain: reader; those of whom nothing is known, and who want lists made of nothing about them, give no row
-- parameters: $1 reader_keys, $2 article_ids of the fallback lists; read-only (asyncpg, numbered)
-- Region: as said at sign-up, else that of the last read. Interests: in the order they were picked. Who read or hid a copy
-- of an article read or hid the article.
with told as (
    select article_id as original, article_id from unnest($2::text[]) candidate (article_id)
    union
    select duplicate_of, article_id from article_version where duplicate_of = any($2::text[])
), asked as (
    select reader_key, exists (
        select from reader_preference wish where wish.reader_key = asked.reader_key and wish.ended_at is null
    ) as has_wishes
    from unnest($1::bigint[]) asked (reader_key)
    where not exists (
        select from reader_preference wish
        where wish.reader_key = asked.reader_key and wish.kind = 'personalised' and wish.ended_at is null
    )
)
select asked.reader_key, coalesce(version.interests, '{}') as interests,
       coalesce(version.region, (
           select event.region from read_event event
           where event.reader_key = asked.reader_key and event.region is not null
           order by event.occurred_at desc limit 1
       )) as region,
       array(
           select distinct told.original from read_event event
           join told using (article_id)
           where event.reader_key = asked.reader_key and event.article_id = any(array(select article_id from told))
       ) as already_read,
       case when has_wishes then array(
           select article.article_id
           from unnest($2::text[]) candidate (article_id)
           cross join lateral (
               select version.article_id, version.publisher, version.category from article_version version
               where version.article_id = candidate.article_id order by version.recorded_at desc limit 1
           ) article
           join reader_preference wish on (wish.kind, wish.value) in (
               ('hidden_article', article.article_id), ('muted_publisher', article.publisher),
               ('muted_category', article.category)
           )
           where wish.reader_key = asked.reader_key and wish.ended_at is null
           union
           select told.original from reader_preference wish
           join told on told.article_id = wish.value
           where wish.kind = 'hidden_article' and wish.reader_key = asked.reader_key and wish.ended_at is null
       ) else '{}' end as unwanted
from asked
left join reader using (reader_key)
left join lateral (
    select region, interests from reader_version
    where reader_version.reader_key = reader.reader_key
    order by recorded_at desc limit 1
) version on true
where reader.reader_key is not null or has_wishes
