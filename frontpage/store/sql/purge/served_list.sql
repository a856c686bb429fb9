-- Delete lists that were served before a moment, a batch.
-- grain: one list that was answered
-- parameters: before, most (rows in a batch)
-- idempotence: deletes what is older; to be repeated until it finds fewer than a batch
delete from served_list
where ctid = any(array(
    select ctid from served_list where served_at < %(before)s limit %(most)s
))
