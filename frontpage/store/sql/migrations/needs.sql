-- What a migration meets: server, database and role.
--
-- grain: one row; missing: for each right, the statement that gives it, null where it is there
-- parameters: none
select current_setting('server_version_num')::int as version,
       pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as is_read_only,
       current_database() as database,
       current_user as role,
       to_regclass('alembic_version') is not null as has_revisions,
       to_regclass('extract_run') is not null as has_own_table,
       json_build_object(
           'CREATE on the schema',
           case when not coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)
                then format('grant create on schema %I to %I', coalesce(current_schema(), 'public'), current_user) end,
           'CREATE on the database',
           case when not has_database_privilege(current_database(), 'CREATE')
                then format('grant create on database %I to %I', current_database(), current_user) end,
           'TEMPORARY on the database',
           case when not has_database_privilege(current_database(), 'TEMPORARY')
                then format('grant temporary on database %I to %I', current_database(), current_user) end,
           'CREATEROLE, needed as there is no role frontpage_serving,',
           case when not exists (select from pg_roles where rolname = 'frontpage_serving')
                     and not exists (
                         select from pg_roles where rolname = current_user and (rolcreaterole or rolsuper)
                     )
                then 'create role frontpage_serving nologin' end
       ) as missing
