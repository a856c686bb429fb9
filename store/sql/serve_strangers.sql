-- What decides which list stands in for a reader without one: region, interests, and what they have read.
-- grain: reader; unknown readers give no row
-- parameters: $1 reader_keys, $2 article_ids of the lists that could stand in; read-only (asyncpg, numbered)
-- Region: as said at sign-up, else that of the last read. Interests: in the order they were picked.
select reader.reader_key, coalesce(version.interests, '{}') as interests,
       coalesce(version.region, (
           select event.region from read_event event
           where event.reader_key = reader.reader_key and event.region is not null
           order by event.occurred_at desc limit 1
       )) as region,
       array(
           select distinct event.article_id from read_event event
           where event.reader_key = reader.reader_key and event.article_id = any($2::text[])
       ) as already_read
from reader
left join lateral (
    select region, interests from reader_version
    where reader_version.reader_key = reader.reader_key
    order by recorded_at desc limit 1
) version on true
where reader.reader_key = any($1::bigint[])
