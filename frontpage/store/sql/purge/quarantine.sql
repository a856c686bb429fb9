-- Delete rejected rows that were recorded before a moment, a batch; also those that a later extract could load.
-- grain: rejected row
-- parameters: before, most (rows in a batch)
-- idempotence: deletes what is older; to be repeated until it finds fewer than a batch. A pull that meets such a row
--   again rejects it again.
delete from quarantine
where quarantine_id = any(array(
    select quarantine_id from quarantine where recorded_at < %(before)s limit %(most)s
))
