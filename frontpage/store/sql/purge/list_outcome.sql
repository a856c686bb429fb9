-- Delete outcomes of lists that were shown before a moment, with the reads beside them, a batch.
-- grain: list shown
-- parameters: before, most (rows in a batch)
-- idempotence: deletes what is older; to be repeated until it finds fewer than a batch
delete from list_outcome
where ctid = any(array(
    select ctid from list_outcome where shown_at < %(before)s limit %(most)s
))
