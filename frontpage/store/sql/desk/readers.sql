-- Readers whose id begins with a text.
-- grain: reader, by id; parameters: prefix (its wildcards escaped), most; read-only
select reader.reader_id, reader.recorded_at, version.region, version.interests
from reader
left join lateral (
    select region, interests from reader_version version
    where version.reader_key = reader.reader_key order by recorded_at desc limit 1
) version on true
where reader.reader_id >= %(prefix)s and reader.reader_id like %(prefix)s || '%%'
order by reader.reader_id
limit %(most)s
