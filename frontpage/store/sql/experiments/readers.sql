-- Readers who were shown a list of the API since an experiment began, and what they did within its horizon.
-- grain: reader; by the moment of their first list, then reader_key
-- parameters: since, until (excluded), horizon_hours, covariate_days, max_dwell_seconds; read-only
-- reads_before: reads in the days before the start. variants: of all lists they were shown; fallback lists count too.
with shown as (
    select outcome_id, reader_key, shown_at, variant, ndcg_at_10
    from list_outcome
    where shown_at >= %(since)s and shown_at < %(until)s and surface <> 'email'
), first as (
    select reader_key, min(shown_at) as first_at, array_agg(distinct variant) as variants
    from shown group by reader_key
), quality as (
    select reader_key, coalesce(avg(shown.ndcg_at_10), 0) as ndcg_at_10
    from shown join first using (reader_key)
    where shown_at < first_at + %(horizon_hours)s * interval '1 hour'
    group by reader_key
), done as (
    select reader_key, count(*) as reads, count(list_read.position) as listed_reads,
           sum(least(coalesce(dwell_seconds, 0), %(max_dwell_seconds)s)) as reading_seconds
    from shown
    join first using (reader_key)
    join list_read using (outcome_id)
    where list_read.occurred_at < first_at + %(horizon_hours)s * interval '1 hour'
    group by reader_key
)
select first.reader_key, first.first_at, first.variants, quality.ndcg_at_10,
       coalesce(done.reads, 0) as reads, coalesce(done.listed_reads, 0) as listed_reads,
       coalesce(done.reading_seconds, 0)::double precision as reading_seconds,
       (select count(*) from read_event before
        where before.reader_key = first.reader_key and before.kind = 'read'
          and before.occurred_at < %(since)s
          and before.occurred_at >= %(since)s - %(covariate_days)s * interval '1 day'
          and before.recorded_at < %(until)s) as reads_before
from first
left join quality using (reader_key)
left join done using (reader_key)
order by first.first_at, first.reader_key
