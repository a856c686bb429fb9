-- Dead rows and size of the twenty largest tables; a partition counts for its table.
-- grain: table
-- parameters: now (not used)
-- idempotence: reads only
select coalesce(parent.relname, stat.relname) as "table", sum(n_dead_tup)::float8 as n_dead,
       sum(n_live_tup)::float8 as n_live,
       (sum(n_dead_tup) / nullif(sum(n_live_tup + n_dead_tup), 0))::float8 as dead_share,
       sum(pg_total_relation_size(stat.relid))::float8 as n_bytes, %(now)s::timestamptz as asked_at
from pg_stat_user_tables stat
left join pg_inherits on inhrelid = stat.relid
left join pg_class parent on parent.oid = inhparent
group by 1
order by n_bytes desc
limit 20
