-- Close a training and add what is known of it.
-- grain: one training
-- parameters: training_id, state (done | failed), metrics, resources, tracker_refs (jsonb; merged into what is there)
-- idempotence: the same call again changes only ended_at
update training_run
set state = %(state)s,
    metrics = metrics || %(metrics)s,
    resources = resources || %(resources)s,
    tracker_refs = tracker_refs || %(tracker_refs)s,
    ended_at = clock_timestamp()
where training_id = %(training_id)s
