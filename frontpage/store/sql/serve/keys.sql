-- The keys that open the API now.
-- grain: key; parameters: none; read-only (asyncpg)
select name, key_hash, scopes, requests_per_second
from api_key
where revoked_at is null
