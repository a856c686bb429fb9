-- What became of lists that were answered quality_hours before: a hit is a read of a listed article in these hours.
-- nDCG@10 of one list: the sum of 1 / log2(1 + rank) over its reads, against that of as many reads from the top.
-- grain: series, key, hour (its end)
-- parameters: since, until, quality (how long reads of a list count)
-- idempotence: an hour that is there already is counted anew
insert into drift_aggregate (series, key, hour, n, total)
with list as (
    select distinct on (reader_key, date_trunc('hour', served_at)) reader_key, run_id, served_at,
           date_trunc('hour', served_at - interval '1 microsecond') + interval '1 hour' as hour
    from served_list
    where served_at > %(since)s - %(quality)s::interval and served_at <= %(until)s - %(quality)s::interval
    order by reader_key, date_trunc('hour', served_at), served_at
), outcome as (
    select list.hour, list.reader_key, list.served_at, max(reader_version.region) as region,
           count(hit.rank) as n_hits, coalesce(sum(1 / ln(1 + hit.rank) * ln(2)), 0) as dcg,
           coalesce(sum(hit.seconds), 0) as seconds
    from list
    left join lateral (
        select region from reader_version
        where reader_version.reader_key = list.reader_key order by recorded_at desc limit 1
    ) reader_version on true
    left join lateral (
        select rank, max(dwell_seconds) as seconds
        from recommendation
        join read_event using (reader_key, article_id)
        where recommendation.run_id = list.run_id and recommendation.reader_key = list.reader_key
          and read_event.occurred_at > list.served_at and read_event.occurred_at <= list.served_at + %(quality)s::interval
          and suspicion is null
        group by rank
    ) hit on true
    group by 1, 2, 3
)
select series, key, hour + %(quality)s::interval, count(*), sum(value)
from outcome
cross join lateral (values
    ('quality.hit_rate', 'all', (n_hits > 0)::int::float8),
    ('quality.hit_rate', coalesce(region, ''), (n_hits > 0)::int::float8),
    ('quality.ndcg', 'all', dcg / nullif((select sum(1 / ln(1 + rank) * ln(2))
                                          from generate_series(1, greatest(n_hits, 1)) rank), 0)),
    ('quality.seconds', 'all', seconds)
) as said (series, key, value)
group by 1, 2, 3
on conflict (series, hour, key) do update set n = excluded.n, total = excluded.total
