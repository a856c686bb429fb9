-- New articles and reads of the last hour and day, and what the same day of the last four weeks brought on average.
-- grain: one row
-- parameters: now
-- idempotence: reads only
with day as (
    select back, (
        select count(*) from article_version
        where recorded_at > %(now)s - back * interval '7 days' - interval '1 day'
          and recorded_at <= %(now)s - back * interval '7 days' and source <> 'editor'
    ) as n
    from generate_series(0, 4) back
)
select max(n) filter (where back = 0) as n_day, avg(n) filter (where back > 0 and n > 0)::float8 as expected_day,
       (select count(*) from article_version
        where recorded_at > %(now)s - interval '1 hour' and recorded_at <= %(now)s) as n_hour,
       (select extract(epoch from max(recorded_at))::float8 from article_version where recorded_at <= %(now)s)
           as newest_at,
       (select count(*) from read_event
        where recorded_at > %(now)s - interval '1 hour' and recorded_at <= %(now)s) as n_reads_hour
from day
