-- The roles of an installation, each with its own log-in; no rights yet (frontpage/store/governance/roles.py).
-- idempotent; parameters: none; needs CREATEROLE where one is missing
do $$
declare wanted text;
begin
    foreach wanted in array array['frontpage_serving', 'frontpage_pipeline', 'frontpage_digest', 'frontpage_viewer'] loop
        if not exists (select from pg_roles where rolname = wanted) then
            execute format('create role %I nologin', wanted);
        end if;
    end loop;
exception when duplicate_object or unique_violation then null;
end $$
