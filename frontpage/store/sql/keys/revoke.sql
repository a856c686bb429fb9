-- Take a key back.
-- grain: api_key [key]; parameters: key_id; idempotence: a key that was revoked keeps its first time
update api_key set revoked_at = coalesce(revoked_at, clock_timestamp())
where key_id = %(key_id)s
returning key_id, name
