-- Delete what became of batches that came before a moment, with what still waits of them, a batch of rows.
-- grain: batch
-- parameters: before, most (rows in a batch)
-- idempotence: deletes what is older; to be repeated until it finds fewer than a batch
delete from catalogue_batch
where ctid = any(array(
    select ctid from catalogue_batch where received_at < %(before)s limit %(most)s
))
