-- Reads recorded within the window, with whether the reader and the article they name are known.
-- grain: event
-- parameters (session settings): frontpage.as_of, frontpage.window_days, frontpage.max_rows; read-only
select event.event_id, event.reader_key, event.article_id, event.kind, event.occurred_at, event.recorded_at,
       event.dwell_seconds, event.suspicion,
       exists (select from reader where reader.reader_key = event.reader_key) as reader_is_known,
       exists (select from article_version version where version.article_id = event.article_id) as article_is_known,
       exists (
           select from article_version version
           where version.article_id = event.article_id
             and version.recorded_at <= current_setting('frontpage.as_of')::timestamptz
       ) as article_was_known
from (
    select * from read_event
    where recorded_at <= current_setting('frontpage.as_of')::timestamptz
      and recorded_at > current_setting('frontpage.as_of')::timestamptz
                        - current_setting('frontpage.window_days')::float8 * interval '1 day'
    order by recorded_at desc
    limit current_setting('frontpage.max_rows')::bigint
) event
