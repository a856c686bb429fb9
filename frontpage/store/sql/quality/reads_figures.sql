-- What the newest reads amount to, against what the same hours and weekdays brought before.
-- grain: one row; a figure is null where there is too little to judge by
-- parameters (session settings): frontpage.as_of; read-only
-- One reader, a crawler or an office behind one proxy, may have most of a day's reads; what can stop a run is therefore
-- counted by readers: of a day's reads at most a hundred of each, and shares as means over readers.
-- What a bot sends through the API teaches nothing, and must not be able to stop the newsroom either: it is left out.
-- Expected volume and its allowance for chance are those of articles_figures.sql.
with moment as (
    select current_setting('frontpage.as_of')::timestamptz as as_of
), recent as materialized (
    -- scalar subqueries are evaluated once; a setting read in place would be parsed for every row
    select reader_key, article_id, kind, occurred_at, dwell_seconds, region, suspicion,
           extract(epoch from recorded_at - occurred_at)::float8 as delay,
           extract(epoch from (select as_of from moment) - occurred_at)::float8 as age
    from read_event
    where recorded_at <= (select as_of from moment) and recorded_at > (select as_of from moment) - interval '29 days'
      and occurred_at <= (select as_of from moment) and occurred_at > (select as_of from moment) - interval '29 days'
      and (suspicion is null or source <> 'inbox')
), counted as (
    select days_ago, sum(least(n_day, 100))::bigint as n_day, sum(least(n_3h, 100))::bigint as n_3h
    from (
        select floor(age / 86400)::int as days_ago, count(*) as n_day,
               count(*) filter (where age - 86400 * floor(age / 86400) < 10800) as n_3h
        from recent group by 1, reader_key
    ) by_reader
    group by 1
), known as (
    select coalesce(max(age), 0) as history_seconds, min(age) as newest_seconds, count(*) as n from recent
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
    from (select lag(age) over (order by age desc) - age as gap from recent) pairs
), today as (
    select coalesce(sum(n_day), 0) as n_day, coalesce(sum(n_3h), 0) as n_3h from counted where days_ago = 0
), day as materialized (
    select * from recent where age < 86400
), shares as (
    select count(*) as n,
           avg((suspicion is not null)::int) as suspicious_share,
           avg((delay > 86400)::int) as late_share,
           avg((region is null)::int) as region_missing,
           avg((dwell_seconds is null)::int) filter (where kind = 'read') as dwell_missing
    from day
), suspected as (
    select avg(share) as reader_share
    from (select avg((suspicion is not null)::int) as share from day group by reader_key) by_reader
), before as (
    select avg((region is null)::int) as region_missing,
           avg((dwell_seconds is null)::int) filter (where kind = 'read') as dwell_missing
    from recent where age >= 86400 and age < 8 * 86400
), dwell as (
    select coalesce(sum(n), 0) as n, max(weight)::float8 / sum(weight) as top_share
    from (
        select count(*) as n, sum(weight) as weight
        from (
            select dwell_seconds, 1.0::float8 / count(*) over (partition by reader_key) as weight
            from recent where age < 2 * 86400 and kind = 'read' and dwell_seconds is not null
        ) measured
        group by dwell_seconds
    ) counted
), pauses as (
    select coalesce(sum(n), 0) as n, max(n)::float8 / sum(n) as top_share
    from (
        select count(*) as n
        from (
            select occurred_at - lag(occurred_at) over (partition by reader_key order by occurred_at) as pause
            from recent where age < 2 * 86400 and kind = 'read'
        ) pairs
        where pause is not null group by round(extract(epoch from pause)::numeric, 1)
    ) counts
), readers as (
    select max(n)::float8 / sum(n) as top_share from (select count(*) as n from day group by reader_key) counts
), articles as (
    select max(n)::float8 / sum(n) as top_share from (select count(*) as n from day group by article_id) counts
), repeats as (
    select 1 - count(distinct (reader_key, article_id, kind, occurred_at))::float8 / nullif(count(*), 0) as share from day
)
select today.n_day as n_24h,
       expected.n_day as expected_24h,
       (today.n_day + 3 * sqrt(expected.n_day)) / nullif(expected.n_day, 0) as volume_24h,
       (today.n_3h + 3 * sqrt(expected.n_3h)) / nullif(expected.n_3h, 0) as volume_3h,
       known.newest_seconds / 3600 as newest_age_hours,
       case when known.n >= 50 and known.history_seconds >= 7 * 86400
            then known.newest_seconds / greatest(2 * 86400, 2 * gaps.longest_seconds) end as staleness,
       case when shares.n >= 200 then shares.suspicious_share end as suspicious_share,
       case when shares.n >= 200 then suspected.reader_share end as suspicious_reader_share,
       case when shares.n >= 200 then shares.late_share end as late_share,
       case when shares.n >= 200 then shares.region_missing - before.region_missing end as region_loss,
       case when shares.n >= 200 then shares.dwell_missing - before.dwell_missing end as dwell_loss,
       case when dwell.n >= 200 then dwell.top_share end as top_dwell_share,
       case when pauses.n >= 200 then pauses.top_share end as top_pause_share,
       case when shares.n >= 1000 then readers.top_share end as top_reader_share,
       case when shares.n >= 1000 then articles.top_share end as top_article_share,
       case when shares.n >= 200 then repeats.share end as repeated_share
from known, expected, gaps, today, shares, suspected, before, dwell, pauses, readers, articles, repeats
