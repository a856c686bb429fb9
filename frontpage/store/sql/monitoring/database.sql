-- The database seen from inside: size, connections, the oldest transaction, partitions of lists.
-- grain: one row
-- parameters: now (not used)
-- idempotence: reads only
select pg_database_size(current_database()) as n_bytes,
       (select count(*) from pg_stat_activity) as n_connections,
       (select setting::int from pg_settings where name = 'max_connections') as max_connections,
       (select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::float8 from pg_stat_activity
        where state <> 'idle' and pid <> pg_backend_pid()) as oldest_seconds,
       (select count(*) from pg_inherits where inhparent = 'recommendation'::regclass) as n_partitions,
       extract(epoch from pg_postmaster_start_time())::float8 as started_at,
       (select blks_hit::float8 / nullif(blks_hit + blks_read, 0) from pg_stat_database
        where datname = current_database()) as hit_share,
       %(now)s::timestamptz as asked_at
