-- Close a pull with its account.
-- grain: extract_run
-- parameters: extract_id, state, rows_in, loaded, updated, unchanged, quarantined, deferred, details
-- idempotence: a pull that has ended keeps its account
update extract_run set state = %(state)s, rows_in = %(rows_in)s, loaded = %(loaded)s, updated = %(updated)s,
    unchanged = %(unchanged)s, quarantined = %(quarantined)s, deferred = %(deferred)s, details = %(details)s,
    ended_at = clock_timestamp()
where extract_id = %(extract_id)s and state = 'running'
