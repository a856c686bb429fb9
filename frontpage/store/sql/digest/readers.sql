-- What a mail needs to know of its readers: the language they read most and the time zone they live in, by as_of.
-- grain: reader
-- parameters: reader_keys (bigint array), as_of; read-only
select asked.reader_key, state.language, known.timezone
from unnest(%(reader_keys)s::bigint[]) as asked (reader_key)
left join lateral (
    select language from feast.reader_state state
    where state.reader_key = asked.reader_key and state.event_timestamp <= %(as_of)s
    order by state.event_timestamp desc limit 1
) state on true
left join lateral (
    select timezone from reader_version version
    where version.reader_key = asked.reader_key and version.recorded_at <= %(as_of)s
    order by version.recorded_at desc limit 1
) known on true
