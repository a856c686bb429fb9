-- What lists were worth, by variant and one more way of grouping at a time.
-- grain: variant, and one of: nothing, surface, region, activity, model version, day
-- parameters: since, until (excluded); read-only
-- A day is one of UTC. Reading time is of all that was read until the next list, read rate of the list's own articles.
select shown.variant,
       case grouping(shown.surface, shown.region, shown.activity, run.model_version, (shown.shown_at at time zone 'UTC')::date)
           when 15 then 'surface' when 23 then 'region' when 27 then 'activity' when 29 then 'version' when 30 then 'day'
           else 'all' end as way,
       coalesce(shown.surface, shown.region, shown.activity, run.model_version,
                (shown.shown_at at time zone 'UTC')::date::text, '') as value,
       count(*) as n_lists,
       count(distinct shown.reader_key) as n_readers,
       count(distinct (shown.reader_key, (shown.shown_at at time zone 'UTC')::date)) as n_reader_days,
       avg((shown.n_reads > 0)::int)::double precision as read_rate,
       sum(shown.reading_seconds + shown.other_seconds)::double precision
           / count(distinct (shown.reader_key, (shown.shown_at at time zone 'UTC')::date)) as seconds_per_reader_day,
       avg(shown.ndcg_at_10) as ndcg_at_10,
       count(shown.ndcg_at_10) as n_judged,
       avg(shown.best_position)::double precision as best_position,
       percentile_cont(0.5) within group (order by shown.seconds_to_read) as median_seconds_to_read
from list_outcome shown
join rec_run run using (run_id)
where shown.shown_at >= %(since)s and shown.shown_at < %(until)s
group by grouping sets (
    (shown.variant), (shown.variant, shown.surface), (shown.variant, shown.region), (shown.variant, shown.activity),
    (shown.variant, run.model_version), (shown.variant, (shown.shown_at at time zone 'UTC')::date)
)
order by shown.variant, way, value
