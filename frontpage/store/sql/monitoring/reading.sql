-- Reading of the newest whole day that was counted, and of the same weekday on the four weeks before it.
-- grain: region, variant
-- parameters: now
-- idempotence: reads only
with newest as (select max(day) as day from business_day where day <= %(now)s::date)
select region, variant,
       coalesce(sum(readers) filter (where business_day.day = newest.day), 0)::float8 as n_readers,
       (sum(reading_seconds) filter (where business_day.day = newest.day)
           / nullif(sum(readers) filter (where business_day.day = newest.day), 0))::float8 as seconds,
       (sum(reading_seconds) filter (where business_day.day < newest.day)
           / nullif(sum(readers) filter (where business_day.day < newest.day), 0))::float8 as expected_seconds,
       (sum(recommended_reads) filter (where business_day.day = newest.day)::float8
           / nullif(sum(reads) filter (where business_day.day = newest.day), 0))::float8 as recommended_share,
       (sum(returning_readers) filter (where business_day.day = newest.day)::float8
           / nullif(sum(readers) filter (where business_day.day = newest.day), 0))::float8 as returning_share,
       extract(epoch from max(newest.day))::float8 as day
from business_day, newest
where business_day.day in (newest.day, newest.day - 7, newest.day - 14, newest.day - 21, newest.day - 28)
group by region, variant
order by region, variant
