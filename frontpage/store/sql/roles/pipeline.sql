-- The pipeline: every row, and the tables that it makes itself (runs, staging, features); no change of the schema, of
-- keys, or of what the audit log holds.
-- idempotent; parameters: none; run by the owner of the tables, who becomes a member, so that migrations go on to work
do $$
declare made record;
begin
    if not pg_has_role(current_user, 'frontpage_pipeline', 'usage') then
        execute format('grant frontpage_pipeline to %I', current_user);
    end if;
    execute format('grant create, temporary on database %I to frontpage_pipeline', current_database());
    grant usage, create on schema public to frontpage_pipeline;
    for made in
        select oid::regclass as name from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname ~ '^recommendation(_[0-9]+)?$'
    loop
        execute format('alter table %s owner to frontpage_pipeline', made.name);
    end loop;
    -- The schema first: whom a table is given to must be allowed to make tables in it.
    if to_regnamespace('feast') is not null then
        alter schema feast owner to frontpage_pipeline;
    end if;
    for made in
        select oid::regclass as name from pg_class
        where relnamespace = to_regnamespace('feast') and relkind in ('r', 'p')
    loop
        execute format('alter table %s owner to frontpage_pipeline', made.name);
    end loop;
    alter schema lineage owner to frontpage_pipeline;
    for made in
        select oid::regclass as name from pg_class
        where relnamespace = to_regnamespace('lineage') and relkind = 'r'
    loop
        execute format('alter table %s owner to frontpage_pipeline', made.name);
    end loop;
end $$;
grant select, insert, update, delete on all tables in schema public to frontpage_pipeline;
revoke insert, update, delete on alembic_version, api_key, audit_entry, audit_head from frontpage_pipeline;
grant insert (action, subject, actor, reason, before, after) on audit_entry to frontpage_pipeline;
grant execute on function set_retracted to frontpage_pipeline
