-- Honest reads that happened since and were recorded by as_of; where there are too many, the newest.
-- grain: event; newest first (the reader turns them round: the limit must take the newest)
-- parameters: as_of, since, max_interactions; read-only
select event_id, reader_key, article_id, kind, occurred_at, recorded_at, dwell_seconds, surface, region, device, referrer
from read_event
where occurred_at > %(since)s and occurred_at <= %(as_of)s and recorded_at <= %(as_of)s and suspicion is null
order by occurred_at desc, event_id collate "C" desc
limit %(max_interactions)s
