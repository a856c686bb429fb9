-- Hand clicks of people in to the event inbox, from where the next extract loads them as reads.
-- grain: event_inbox [event]: one for a mail's article, however often it was clicked
-- parameters: settled_seconds (younger clicks may still turn out to be part of a burst)
-- idempotence: a click is handed in once, and none of an event that extract has loaded already
with settled as (
    update link_click set handed_in_at = clock_timestamp()
    where verdict = 'human' and handed_in_at is null
      and clicked_at < clock_timestamp() - %(settled_seconds)s * interval '1 second'
    returning edition_id, reader_key, article_id, clicked_at, device
), event as (
    select distinct on (edition_id, reader_key, article_id)
           'click/' || edition_id || '/' || reader_key || '/' || article_id as event_id, reader_id, reader_key, article_id,
           clicked_at, device
    from settled join reader using (reader_key)
    order by edition_id, reader_key, article_id, clicked_at
)
insert into event_inbox (event_id, kind, reader_id, reader_key, article_id, occurred_at, received_at, surface, device)
select event_id, 'read', reader_id, reader_key, article_id, clicked_at, clock_timestamp(), 'email', device
from event
where not exists (select from read_event known where known.event_id = event.event_id)
on conflict (event_id) do nothing
