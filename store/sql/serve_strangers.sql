-- What decides which list stands in for a reader without one: region, interests, what they have read and do not want.
-- grain: reader asked for, known or not
-- parameters: $1 reader_keys, $2 article_ids of the lists that could stand in; read-only (asyncpg, numbered)
-- Region: as said at sign-up, else that of the last read. Interests: in the order they were picked. Unwanted: hidden
-- articles, and those of muted publishers and categories.
select asked.reader_key, coalesce(version.interests, '{}') as interests,
       coalesce(version.region, (
           select event.region from read_event event
           where event.reader_key = asked.reader_key and event.region is not null
           order by event.occurred_at desc limit 1
       )) as region,
       array(
           select distinct event.article_id from read_event event
           where event.reader_key = asked.reader_key and event.article_id = any($2::text[])
       ) as already_read,
       array(
           select candidate.article_id
           from reader_preference wish
           cross join lateral (
               select version.article_id, version.publisher, version.category
               from unnest($2::text[]) candidate (article_id)
               cross join lateral (
                   select known.article_id, known.publisher, known.category
                   from article_version known
                   where known.article_id = candidate.article_id
                   order by known.recorded_at desc limit 1
               ) version
           ) candidate
           where wish.reader_key = asked.reader_key and wish.ended_at is null
             and (wish.kind, wish.value) in (
                 ('hidden_article', candidate.article_id), ('muted_publisher', candidate.publisher),
                 ('muted_category', candidate.category)
             )
       ) as unwanted
from unnest($1::bigint[]) asked (reader_key)
left join lateral (
    select region, interests from reader_version
    where reader_version.reader_key = asked.reader_key
    order by recorded_at desc limit 1
) version on true
