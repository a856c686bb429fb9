-- Drop the table that bare COPY is measured with. For benches.
-- grain: none
-- parameters: none
-- idempotence: by nature
drop table if exists bench_copy
