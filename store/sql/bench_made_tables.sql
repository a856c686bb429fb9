-- What refreshes made beside the schema's own tables: Feast's own tables, and the rows of runs. For benches.
-- grain: table
-- parameters: none; read-only
select format('%I.%I', schemaname, tablename) as name
from pg_tables
where (schemaname = 'feast'
       and tablename not in ('article_state', 'article_audience_state', 'total_state', 'reader_state', 'state_tick'))
   or tablename ~ '^recommendation_[0-9]+$'
