-- Which of the roles have rights in this database: on a server with several installations not all of them are ours.
-- grain: role; parameters: names; read-only
select rolname as name
from pg_roles
where rolname = any (%(names)s) and has_table_privilege(rolname, 'alembic_version', 'select')
