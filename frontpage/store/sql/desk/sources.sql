-- Each source's last pulls: how fresh, how much, what was wrong.
-- grain: source; parameters: now; read-only
select mark.source, mark.as_of as answered_to, last.state, last.started_at, last.rows_in, last.loaded, last.updated,
       last.quarantined, last.deferred, last.details, past.n_pulls, past.n_failed, past.rows_day, past.quarantined_day
from source_watermark mark
left join lateral (
    select * from extract_run run where run.source = mark.source order by extract_id desc limit 1
) last on true
left join lateral (
    select count(*) as n_pulls, count(*) filter (where state = 'failed') as n_failed, sum(rows_in) as rows_day,
           sum(quarantined) as quarantined_day
    from extract_run run
    where run.source = mark.source and run.started_at > %(now)s::timestamptz - interval '1 day'
) past on true
order by mark.as_of, mark.source
