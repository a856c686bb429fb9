-- Delete articles and readers that the API took in before a moment and that no extract has taken, a batch.
-- grain: row in waiting
-- parameters: before, most (rows in a batch)
-- idempotence: deletes what is older; to be repeated until it finds fewer than a batch
delete from catalogue_row
where ctid = any(array(
    select ctid from catalogue_row where received_at < %(before)s limit %(most)s
))
