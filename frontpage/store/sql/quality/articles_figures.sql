-- What the newest articles amount to, against what the same hours and weekdays brought before.
-- grain: one row; a figure is null where there is too little to judge by
-- parameters (session settings): frontpage.as_of; read-only
-- Expected volume: the median of the same weekday in the last four weeks; with fewer than two of them known, the
-- smallest of the last seven days; with fewer than three known, nothing. The volume compared is the observed count plus
-- three standard deviations of chance (Poisson), so that a small newsroom's quiet day is not an alarm.
with moment as (
    select current_setting('frontpage.as_of')::timestamptz as as_of
), latest as materialized (
    select distinct on (version.article_id) version.*, extract(epoch from moment.as_of - version.first_seen_at) as age
    from article_version version, moment
    where version.recorded_at <= moment.as_of
      and version.first_seen_at <= moment.as_of
      and version.first_seen_at > moment.as_of - interval '29 days'
    order by version.article_id, version.recorded_at desc
), fresh as (
    select * from latest where status = 'live' and duplicate_of is null
), counted as (
    select floor(age / 86400)::int as days_ago, count(*) as n_day, count(*) filter (where mod(age, 86400) < 10800) as n_3h
    from fresh group by 1
), known as (
    select coalesce(max(age), 0) as history_seconds, min(age) as newest_seconds, count(*) as n from fresh
), spans as (
    select days_ago, coalesce(n_day, 0) as n_day, coalesce(n_3h, 0) as n_3h
    from generate_series(1, 28) as days_ago left join counted using (days_ago), known
    where (days_ago + 1) * 86400 <= history_seconds
), expected as (
    select case when count(*) filter (where mod(days_ago, 7) = 0) >= 2
                then percentile_cont(0.5) within group (order by n_day) filter (where mod(days_ago, 7) = 0)
                when count(*) filter (where days_ago <= 7) >= 3 then min(n_day) filter (where days_ago <= 7)
           end as n_day,
           case when count(*) filter (where mod(days_ago, 7) = 0) >= 2
                then percentile_cont(0.5) within group (order by n_3h) filter (where mod(days_ago, 7) = 0)
                when count(*) filter (where days_ago <= 7) >= 3 then min(n_3h) filter (where days_ago <= 7)
           end as n_3h
    from spans
), gaps as (
    select max(gap) as longest_seconds
    from (select lag(age) over (order by age desc) - age as gap from fresh) pairs
), today as (
    select coalesce(sum(n_day), 0) as n_day, coalesce(sum(n_3h), 0) as n_3h from counted where days_ago = 0
), week as (
    select count(*) as n,
           avg((duplicate_of is not null)::int) as duplicate_share,
           avg((status = 'retracted')::int) as retracted_share,
           avg((published_at > as_of + interval '1 hour')::int) filter (where age < 86400) as future_share,
           count(*) filter (where age < 86400) as n_day,
           avg((category is null)::int) filter (where age < 86400) - avg((category is null)::int) filter (where age >= 86400)
               as category_loss,
           avg((coalesce(summary, body) is null)::int) filter (where age < 86400)
               - avg((coalesce(summary, body) is null)::int) filter (where age >= 86400) as text_loss
    from latest, moment where age < 7 * 86400
), titles as (
    select max(n)::float8 / sum(n) as top_share
    from (select count(*) as n from fresh where age < 7 * 86400 group by title) counts
), publishers as (
    select max(n_day::float8 / nullif(all_day, 0) - n_before::float8 / nullif(all_before, 0)) as gain
    from (
        select count(*) filter (where age < 86400) as n_day, sum(count(*) filter (where age < 86400)) over () as all_day,
               count(*) filter (where age >= 86400) as n_before,
               sum(count(*) filter (where age >= 86400)) over () as all_before
        from fresh where age < 7 * 86400 group by publisher
    ) shares
)
select today.n_day as n_new_24h,
       expected.n_day as expected_new_24h,
       (today.n_day + 3 * sqrt(expected.n_day)) / nullif(expected.n_day, 0) as volume_24h,
       (today.n_3h + 3 * sqrt(expected.n_3h)) / nullif(expected.n_3h, 0) as volume_3h,
       known.newest_seconds / 3600 as newest_age_hours,
       case when known.n >= 50 and known.history_seconds >= 7 * 86400
            then known.newest_seconds / greatest(2 * 86400, 2 * gaps.longest_seconds) end as staleness,
       case when week.n >= 50 then week.duplicate_share end as duplicate_share,
       case when week.n >= 50 then week.retracted_share end as retracted_share,
       case when week.n_day >= 50 then week.future_share end as future_share,
       case when week.n_day >= 50 then week.category_loss end as category_loss,
       case when week.n_day >= 50 then week.text_loss end as text_loss,
       case when week.n >= 50 then titles.top_share end as top_title_share,
       case when week.n_day >= 50 then publishers.gain end as publisher_gain
from known, expected, gaps, today, week, titles, publishers
