-- Delete executions that began before a moment, a batch; parameters and packages stay, once each.
-- grain: execution
-- parameters: before, most (rows in a batch)
-- idempotence: deletes what is older; to be repeated until it finds fewer than a batch
delete from execution
where execution_id = any(array(
    select execution_id from execution where started_at < %(before)s limit %(most)s
))
