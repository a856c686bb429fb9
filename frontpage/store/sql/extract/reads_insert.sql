-- Write the new reads.
-- grain: read_event [event]; parameters: source, extract_id; idempotence: read_outcome holds only what is not known yet
insert into read_event (event_id, reader_key, article_id, kind, occurred_at, recorded_at, dwell_seconds, surface, region,
    device, referrer, suspicion, source, extract_id)
select o.event_id, o.reader_key, o.article_id, o.kind, o.occurred_at, o.effective_at, o.dwell_seconds, o.surface, o.region,
       o.device, o.referrer, s.suspicion, %(source)s, %(extract_id)s
from read_outcome o left join read_suspicion s using (event_id)
where o.outcome = 'loaded'
order by o.effective_at, o.event_id collate "C"
