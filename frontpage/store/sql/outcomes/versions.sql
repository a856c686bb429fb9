-- What was measured of versions on held-out reads, and how their lists did with readers.
-- grain: model version with lists that were shown and read
-- parameters: since, until (excluded), min_lists; read-only
select run.model_version as version, (version.metrics ->> 'candidate_ndcg_at_10')::double precision as offline_ndcg_at_10,
       count(shown.ndcg_at_10) as n_judged, avg(shown.ndcg_at_10) as served_ndcg_at_10,
       avg((shown.n_reads > 0)::int)::double precision as read_rate,
       sum(shown.reading_seconds + shown.other_seconds)::double precision
           / count(distinct (shown.reader_key, (shown.shown_at at time zone 'UTC')::date)) as seconds_per_reader_day
from list_outcome shown
join rec_run run using (run_id)
join model_version version on version.version = run.model_version
where shown.shown_at >= %(since)s and shown.shown_at < %(until)s and shown.fallback is null
  and version.metrics ? 'candidate_ndcg_at_10'
group by run.model_version, version.metrics
having count(shown.ndcg_at_10) >= %(min_lists)s
order by run.model_version
