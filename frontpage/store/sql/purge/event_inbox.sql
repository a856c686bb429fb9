-- Delete events that came before a moment and that no extract has taken, a batch.
-- grain: event
-- parameters: before, most (rows in a batch)
-- idempotence: deletes what is older; to be repeated until it finds fewer than a batch
delete from event_inbox
where ctid = any(array(
    select ctid from event_inbox where received_at < %(before)s limit %(most)s
))
