-- What was done about the findings of a tick.
-- grain: tick
-- parameters: as_of, action, reason, skipped
-- idempotence: the first word of a tick counts
insert into drift_answer (as_of, action, reason, skipped)
values (%(as_of)s, %(action)s, %(reason)s, %(skipped)s)
on conflict (as_of) do nothing
returning as_of
