-- Roles that may read the lists, beside their owner.
-- grain: role
-- parameters: none; read-only
select distinct grantee.rolname as role
from pg_class lists
cross join lateral aclexplode(lists.relacl) granted
join pg_roles grantee on grantee.oid = granted.grantee
where lists.oid = 'recommendation'::regclass and granted.privilege_type = 'SELECT' and granted.grantee <> lists.relowner
