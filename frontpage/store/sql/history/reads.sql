-- Honest reads that happened since and were recorded by as_of; where there are too many, the newest.
-- grain: event; newest first (the reader turns them round: the limit must take the newest)
-- parameters: as_of, since, max_interactions, with_text (false leaves out what is long or told to nobody); read-only
select case when %(with_text)s then event_id end as event_id, reader_key, article_id, kind, occurred_at, recorded_at,
       dwell_seconds, case when %(with_text)s then surface end as surface, region, device, referrer
from read_event
where occurred_at > %(since)s and occurred_at <= %(as_of)s and recorded_at <= %(as_of)s and suspicion is null
order by occurred_at desc, read_event.event_id collate "C" desc
limit %(max_interactions)s
