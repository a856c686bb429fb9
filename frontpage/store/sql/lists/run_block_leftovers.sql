-- Accounts of runs that are no longer being built: their process was killed.
-- grain: table; parameters: none; read-only
select class.relname as name
from pg_class class
where class.relnamespace = 'public'::regnamespace
  and class.relkind = 'r'
  and class.relname ~ '^run_block_[0-9]+$'
  and not exists (
      select 1 from rec_run run
      where run.run_id = substring(class.relname from 11)::bigint and run.state = 'building'
  )
