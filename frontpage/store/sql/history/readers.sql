-- What was known of each reader by as_of; a reader known only by a read has a row with nothing but its key.
-- grain: reader, recorded_at; ordered so; `newest` marks what was known at as_of, the others are what it replaced
-- parameters: as_of; read-only
with known as (
    select reader_key, signed_up_at, region, to_json(interests)::text as interests, timezone, recorded_at
    from reader_version
    where recorded_at <= %(as_of)s
    union all
    select reader_key, null, null, null, null, recorded_at
    from reader
    where recorded_at <= %(as_of)s
      and not exists (
          select from reader_version version
          where version.reader_key = reader.reader_key and version.recorded_at <= reader.recorded_at
      )
)
select *, lead(recorded_at) over (partition by reader_key order by recorded_at) is null as newest
from known
order by reader_key, recorded_at
