-- A run lies in the archive now.
-- grain: run
-- parameters: run_id, uri, n_lists, n_kept, n_bytes, refers_to
-- idempotence: the first note stands
insert into archived_run (run_id, uri, n_lists, n_kept, n_bytes, refers_to)
values (%(run_id)s, %(uri)s, %(n_lists)s, %(n_kept)s, %(n_bytes)s, %(refers_to)s)
on conflict (run_id) do nothing
