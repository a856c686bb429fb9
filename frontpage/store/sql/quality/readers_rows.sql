-- Readers first met or changed within the window, each with what was known of it at as_of.
-- grain: reader
-- parameters (session settings): frontpage.as_of, frontpage.window_days, frontpage.max_rows; read-only
select who.reader_key, who.reader_id, version.signed_up_at, version.region, version.interests, version.timezone,
       greatest(who.recorded_at, version.recorded_at) as recorded_at,
       version.signed_up_at is null
           or version.signed_up_at <= current_setting('frontpage.as_of')::timestamptz as has_signed_up,
       coalesce(version.timezone in (select name from pg_timezone_names), true) as timezone_is_known
from reader who
left join lateral (
    select * from reader_version
    where reader_version.reader_key = who.reader_key
      and reader_version.recorded_at <= current_setting('frontpage.as_of')::timestamptz
    order by recorded_at desc limit 1
) version on true
where who.recorded_at <= current_setting('frontpage.as_of')::timestamptz
  and greatest(who.recorded_at, version.recorded_at) > current_setting('frontpage.as_of')::timestamptz
          - current_setting('frontpage.window_days')::float8 * interval '1 day'
limit current_setting('frontpage.max_rows')::bigint
