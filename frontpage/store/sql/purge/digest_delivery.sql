-- Delete deliveries of before a moment that are over, a batch.
-- grain: edition, reader
-- parameters: before, most (rows in a batch)
-- idempotence: deletes what is older; to be repeated until it finds fewer than a batch
delete from digest_delivery
where ctid = any(array(
    select ctid from digest_delivery
    where updated_at < %(before)s and state in ('sent', 'failed', 'skipped')
    limit %(most)s
))
