-- Write down one check of one boundary.
-- grain: one check of one boundary table
-- parameters: as_of, boundary, passed, results (JSON text); idempotence: none, a repeat is a check of its own
insert into validation_run (as_of, boundary, passed, results)
values (%(as_of)s, %(boundary)s, %(passed)s, %(results)s::jsonb)
