-- Readers who may be chosen for a pilot.
-- grain: reader; ordered by key
-- parameters: ids (text[], null: any), region (null: any; the newest that the reader said); read-only
select reader.reader_id, reader.reader_key
from reader
left join lateral (
    select region from reader_version version
    where version.reader_key = reader.reader_key order by recorded_at desc limit 1
) told on true
where (%(ids)s::text[] is null or reader.reader_id = any(%(ids)s::text[]))
  and (%(region)s::text is null or told.region = %(region)s)
order by reader.reader_key
