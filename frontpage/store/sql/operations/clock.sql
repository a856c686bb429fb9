-- Version and clock of the server.
-- grain: one row; parameters: none; read-only
select current_setting('server_version_num')::int as version, clock_timestamp() as now
