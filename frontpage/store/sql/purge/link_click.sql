-- Delete requests of links from before a moment, a batch.
-- grain: one request
-- parameters: before, most (rows in a batch)
-- idempotence: deletes what is older; to be repeated until it finds fewer than a batch
delete from link_click
where ctid = any(array(
    select ctid from link_click where clicked_at < %(before)s limit %(most)s
))
