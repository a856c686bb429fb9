-- An execution as far as it is known: its beginning, then its end.
-- grain: execution
-- parameters: the table's columns
-- idempotence: by execution_id; the later word counts
insert into execution (
    execution_id, verb, trigger, caller, caller_run, link, reason, attempt, as_of, options, code_commit, lock_hash,
    packages_hash, image, params_hash, inputs, outputs, rows_in, rows_out, rejected, artifact, details, seconds,
    cpu_seconds, peak_memory_bytes, read_bytes, written_bytes, exit_code, error, started_at, ended_at
) values (
    %(execution_id)s, %(verb)s, %(trigger)s, %(caller)s, %(caller_run)s, %(link)s, %(reason)s, %(attempt)s, %(as_of)s,
    %(options)s, %(code_commit)s, %(lock_hash)s, %(packages_hash)s, %(image)s, %(params_hash)s, %(inputs)s,
    %(outputs)s, %(rows_in)s, %(rows_out)s, %(rejected)s, %(artifact)s, %(details)s, %(seconds)s, %(cpu_seconds)s,
    %(peak_memory_bytes)s, %(read_bytes)s, %(written_bytes)s, %(exit_code)s, %(error)s, %(started_at)s, %(ended_at)s
)
on conflict (execution_id) do update set
    inputs = excluded.inputs, outputs = excluded.outputs, rows_in = excluded.rows_in, rows_out = excluded.rows_out,
    rejected = excluded.rejected, artifact = excluded.artifact, details = excluded.details, seconds = excluded.seconds,
    cpu_seconds = excluded.cpu_seconds, peak_memory_bytes = excluded.peak_memory_bytes,
    read_bytes = excluded.read_bytes, written_bytes = excluded.written_bytes, exit_code = excluded.exit_code,
    error = excluded.error, ended_at = excluded.ended_at
