-- One day in figures, beside the day before.
-- grain: day (0: the day that ends at now; 1: the one before)
-- parameters: now (the end of the day)
-- idempotence: reads only
select back,
       (select count(*) from article_version where recorded_at > since and recorded_at <= until) as n_articles,
       (select count(*) from read_event where recorded_at > since and recorded_at <= until) as n_reads,
       (select count(distinct reader_key) from read_event where occurred_at > since and occurred_at <= until)
           as n_readers,
       (select coalesce(sum(dwell_seconds), 0)::float8 / 60 from read_event
        where occurred_at > since and occurred_at <= until) as minutes,
       (select count(*) from publication where published_at > since and published_at <= until) as n_published,
       (select count(*) from rec_run where state = 'failed' and created_at > since and created_at <= until)
           as n_refused,
       (select count(*) from execution where started_at > since and started_at <= until) as n_executions,
       (select count(*) from execution where started_at > since and started_at <= until and exit_code not in (0, 7))
           as n_failed,
       (select count(*) from digest_delivery where state = 'sent' and updated_at > since and updated_at <= until)
           as n_mails,
       (select count(*) from digest_report where recorded_at > since and recorded_at <= until) as n_bounces,
       (select count(*) from quarantine where recorded_at > since and recorded_at <= until) as n_quarantined,
       (select coalesce(sum(cost), 0)::float8 from business_cost where day = since::date) as cost,
       (select version from model_version where stage = 'champion') as champion
from generate_series(0, 1) back,
     lateral (select %(now)s - back * interval '1 day' as until, %(now)s - (back + 1) * interval '1 day' as since) ends
order by back
