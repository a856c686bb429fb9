-- Delete bounces and complaints from before a moment; suppressed addresses stay so, a batch.
-- grain: report
-- parameters: before, most (rows in a batch)
-- idempotence: deletes what is older; to be repeated until it finds fewer than a batch
delete from digest_report
where ctid = any(array(
    select ctid from digest_report where recorded_at < %(before)s limit %(most)s
))
