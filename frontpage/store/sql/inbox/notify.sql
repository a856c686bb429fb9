-- Let every worker of the API know what readers have just read.
-- grain: one row per payload
-- parameters: $1 channel, $2 payloads (asyncpg, numbered)
-- idempotence: again is as good as once. A transaction of its own, without waiting for the disk: one that notifies holds
-- up the commits of all others that do, which taking events in must not
select pg_notify($1, payload) from unnest($2::text[]) payload
