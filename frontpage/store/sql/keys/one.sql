-- A key that is in force, by its number or its hash.
-- grain: key; parameters: key_id, key_hash (one of them null); read-only
select key_id, name, scopes from api_key
where revoked_at is null and (key_id = %(key_id)s::bigint or key_hash = %(key_hash)s::bytea)
