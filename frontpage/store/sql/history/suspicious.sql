-- Suspicious reads that happened since and were recorded by as_of: what history/reads leaves out.
-- grain: event; newest first
-- parameters: as_of, since, max_interactions; read-only
select event_id, reader_key, article_id, kind, occurred_at, recorded_at, dwell_seconds, surface, region, device, referrer
from read_event
where occurred_at > %(since)s and occurred_at <= %(as_of)s and recorded_at <= %(as_of)s and suspicion is not null
order by occurred_at desc, read_event.event_id collate "C" desc
limit %(max_interactions)s
