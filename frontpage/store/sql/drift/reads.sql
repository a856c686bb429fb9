-- Honest reads by category and region, and how long they took. An article with more than story_share of the reads of
-- the last 24 hours is a story, and left out: one big story is no drift. Times are natural logarithms,
-- so that a few long ones weigh little.
-- grain: series, key, hour (its end)
-- parameters: since, until, story_share
-- idempotence: an hour that is there already is counted anew
insert into drift_aggregate (series, key, hour, n, total)
with recent as materialized (
    select read_event.article_id, region, dwell_seconds, recorded_at
    from read_event
    where recorded_at > %(since)s - interval '24 hours' and recorded_at <= %(until)s
      and suspicion is null and kind = 'read'
), hourly as materialized (
    select article_id, date_trunc('hour', recorded_at - interval '1 microsecond') + interval '1 hour' as hour, region,
           count(*) as n, count(dwell_seconds) as n_timed, sum(ln(1 + dwell_seconds))::float8 as dwell
    from recent group by 1, 2, 3
), label as materialized (
    select distinct on (article_id) article_id, category
    from article_version where article_id in (select article_id from recent) order by article_id, recorded_at desc
), rolling as materialized (
    select *, sum(n) over (partition by article_id order by hour range between '23 hours' preceding and current row) as day
    from hourly
), every as materialized (
    select hour, sum(sum(n)) over (order by hour range between '23 hours' preceding and current row) as day
    from hourly group by hour
), plain as (
    select rolling.*, coalesce(category, '') as category
    from rolling
    join every using (hour)
    left join label using (article_id)
    where rolling.hour > %(since)s and not (rolling.day > %(story_share)s * every.day and rolling.day > 50)
)
select series, key, hour, sum(said.n), sum(value)
from plain
cross join lateral (values
    ('reads', 'all', n, n::float8),
    ('reads.category', category, n, n::float8),
    ('reads.region', coalesce(region, ''), n, n::float8),
    ('reads.dwell', 'log', n_timed, coalesce(dwell, 0))
) as said (series, key, n, value)
group by 1, 2, 3
on conflict (series, hour, key) do update set n = excluded.n, total = excluded.total
