-- What readers did in a past period of the length of a horizon: how many came, and how a metric spreads among them.
-- grain: one row
-- parameters: since, until (excluded), max_dwell_seconds; read-only
with reader as (
    select reader_key, count(list_read.event_id) as reads, count(list_read.position) as listed_reads,
           coalesce(sum(least(dwell_seconds, %(max_dwell_seconds)s)), 0) as reading_seconds,
           coalesce(avg(ndcg_at_10), 0) as ndcg_at_10
    from list_outcome
    left join list_read using (outcome_id)
    where shown_at >= %(since)s and shown_at < %(until)s and surface <> 'email'
    group by reader_key
)
select count(*) as n_readers,
       avg(reads)::double precision as reads_mean, stddev_samp(reads)::double precision as reads_deviation,
       avg(listed_reads)::double precision as listed_reads_mean,
       stddev_samp(listed_reads)::double precision as listed_reads_deviation,
       avg(reading_seconds)::double precision as reading_seconds_mean,
       stddev_samp(reading_seconds)::double precision as reading_seconds_deviation,
       avg(ndcg_at_10)::double precision as ndcg_at_10_mean, stddev_samp(ndcg_at_10)::double precision as ndcg_at_10_deviation
from reader
