-- Delete mails that came back before a moment and that nobody has taken in, a batch.
-- grain: mail
-- parameters: before, most (rows in a batch)
-- idempotence: deletes what is older; to be repeated until it finds fewer than a batch
delete from digest_report_inbox
where ctid = any(array(
    select ctid from digest_report_inbox where received_at < %(before)s limit %(most)s
))
